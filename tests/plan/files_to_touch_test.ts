import { filesOfSection } from "../../src/plan/files_to_touch.ts";
import { readSpecification } from "../../src/plan/markdown.ts";
import { assertEquals } from "../support/assert.ts";

function files(text: string) {
  return Object.fromEntries(
    Object.entries(filesOfSection(text.split("\n"))).filter(([, paths]) => paths.length > 0),
  );
}

/** What planners write, and what it means. */
const SECTIONS: Record<string, [string, Record<string, string[]>]> = {
  "groups in bold": [
    "**Create:**\n- `a.ts`\n- `b.ts`\n\n**Modify:**\n- `c.ts`\n**Delete:**\n- `d.ts`\n**Read:**\n- `e.ts`",
    { create: ["a.ts", "b.ts"], modify: ["c.ts"], delete: ["d.ts"], read: ["e.ts"] },
  ],
  "groups as headings": ["### Create\n- a/b.ts\n### Files to modify\n* c.ts", {
    create: ["a/b.ts"],
    modify: ["c.ts"],
  }],
  "groups as items": [
    "- **Create:** `a.ts`, `b.ts`\n- Modify: src/c.ts, src/d.ts\n- Read:\n  - e.ts",
    {
      create: ["a.ts", "b.ts"],
      modify: ["src/c.ts", "src/d.ts"],
      read: ["e.ts"],
    },
  ],
  "groups with an emoji and a remark": ["➕ **New files (2):**\n- a.ts", { create: ["a.ts"] }],
  "descriptions": [
    "**Create:**\n- `a.ts` - uses `foo.bar` of `b.ts`\n- c.ts: the parser\n- d.ts — as e.ts\n- f.ts (new)",
    { create: ["a.ts", "c.ts", "d.ts", "f.ts"] },
  ],
  "no group": ["- `a.ts`\n- b.ts (create)\n1. c.ts\n- [ ] d.ts", {
    modify: ["a.ts", "c.ts", "d.ts"],
    create: ["b.ts"],
  }],
  "places within files": ["- ./a.ts:10-20\n- `b.ts:3`", { modify: ["a.ts", "b.ts"] }],
  "paths with spaces, dots and no dots": ["- `my file.ts`\n- .github/x.yml\n- Makefile", {
    modify: ["my file.ts", ".github/x.yml", "Makefile"],
  }],
  "items that begin with what is done": [
    "- Create `a.ts` for the parser\n- **Modify** b.ts\n- [delete] c.ts\n" +
    "- Add `run` to what is there\n- Update the docs of d.ts",
    { create: ["a.ts"], modify: ["b.ts"], delete: ["c.ts"] },
  ],
  "nothing": ["**Create:**\n- None\n- N/A\n- none needed.\n\nSome prose about a.ts.", {}],
  "a path that begins like a group": ["- update.ts\n- create/a.ts", {
    modify: ["update.ts", "create/a.ts"],
  }],
};

for (const [name, [text, found]] of Object.entries(SECTIONS)) {
  Deno.test(`filesOfSection() understands ${name}`, () => assertEquals(files(text), found));
}

Deno.test("readSpecification() takes headings with and without emoji or number, of any level", () => {
  const { title, files, missing } = readSpecification(`# The 1st title

### 🎯 Objective
x
### 2. 📁 Files to Touch
- \`a.ts\`

#### Delete
- \`b.ts\`

### Notes
- \`c.ts\`

## 3) Acceptance Criteria
`);
  assertEquals(title, "The 1st title");
  assertEquals([files.modify, files.delete], [["a.ts"], ["b.ts"]]);
  assertEquals(missing, []);
});

Deno.test("readSpecification() sees no headings in code", () => {
  const { title, missing } = readSpecification("```sh\n# comment\n## Objective\n```\n# Title\r\n");
  assertEquals(title, "Title");
  assertEquals(missing, ["Objective", "Files to Touch", "Acceptance Criteria"]);
});
