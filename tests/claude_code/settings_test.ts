import fc from "fast-check";
import { insertEntries, removeEntries } from "../../src/claude_code/settings.ts";
import { settingsEntries } from "../../src/claude_code/settings_entries.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { failureOf } from "../support/result.ts";
import { resultOf } from "../../src/domain/failed.ts";

const PATH = "/repo/.claude/settings.json";
const WISHES = settingsEntries("parex hook");
const put = (text: string) => insertEntries(PATH, text, WISHES);

const HOOK = { hooks: [{ type: "command", command: "parex hook", timeout: 10 }] };
const RULES = ["Bash(git add:*)", "Bash(git commit:*)", "Bash(git push:*)", "Bash(parex:*)"];

Deno.test("insertEntries() writes all of it into a file that says nothing", () => {
  for (const text of ["", "\n", "{}", "{ }\n"]) {
    assertEquals(JSON.parse(put(text).text), {
      permissions: { allow: RULES, defaultMode: "acceptEdits" },
      hooks: { UserPromptSubmit: [HOOK], SessionStart: [HOOK] },
    });
  }
});

Deno.test("insertEntries() keeps keys, their order, rules and hooks that are there, and a mode that is set", () => {
  const { text, added } = put(JSON.stringify({
    model: "opus",
    hooks: { Stop: [{ hooks: [] }], SessionStart: [{ matcher: "x", hooks: [] }] },
    permissions: { deny: ["Read(.env)"], allow: ["Bash(git add:*)"], defaultMode: "plan" },
    env: { A: "1" },
  }));
  const settings = JSON.parse(text);
  assertEquals(Object.keys(settings), ["model", "hooks", "permissions", "env"]);
  assertEquals(settings.permissions, {
    deny: ["Read(.env)"],
    allow: RULES,
    defaultMode: "plan",
  });
  assertEquals(settings.hooks, {
    Stop: [{ hooks: [] }],
    SessionStart: [{ matcher: "x", hooks: [] }, HOOK],
    UserPromptSubmit: [HOOK],
  });
  assertEquals(added.wishes.map(({ kind }) => kind), ["rule", "rule", "rule", "hook", "hook"]);
});

Deno.test("insertEntries() keeps comments, trailing commas, tabs, CRLF and a byte order mark", () => {
  const text = "\ufeff" + [
    "{",
    "\t// what I allow",
    '\t"permissions": {',
    '\t\t"allow": [',
    '\t\t\t"Bash(ls)", // harmless',
    "\t\t],",
    "\t},",
    '\t"model": "opus", /* the big one */',
    "}",
    "",
  ].join("\r\n");
  const next = put(text).text;
  assert(next.startsWith("\ufeff{\r\n\t// what I allow\r\n"));
  assert(next.includes('\r\n\t\t\t"Bash(parex:*)"'), next);
  assert(next.includes("// harmless"), next);
  assert(next.includes("/* the big one */"), next);
  assertEquals(next.match(/[^\r]\n/g), null);
});

Deno.test("insertEntries() changes nothing the second time", () => {
  for (const text of ["", '{"a":1}', '{"permissions":{"allow":["x",],},}', "// only a comment\n"]) {
    const once = put(text).text;
    const twice = put(once);
    assertEquals([twice.text, twice.added.wishes], [once, []]);
  }
});

for (
  const [what, text, place, message] of [
    ["torn JSON", '{\n  "a": [1,', "2:11", /not valid JSON: value expected|close bracket/],
    ["a second value", "{} {}", "1:4", /end of file expected/],
    ["a list", "[]", "1:1", /the file is no object/],
    ["permissions that are a text", '{"permissions": "all"}', "1:17", /permissions is no object/],
    [
      "rules that are an object",
      '{"permissions":\n {"allow": {}}}',
      "2:12",
      /permissions\.allow is no array/,
    ],
    ["hooks that are a list", '{"hooks": []}', "1:11", /hooks is no object/],
    [
      "hooks of an event that are one",
      '{"hooks": {"SessionStart": {}}}',
      "1:28",
      /SessionStart is no array/,
    ],
  ] as const
) {
  Deno.test(`insertEntries() reports the place of ${what}`, async () => {
    const [problem] = failureOf(
      await resultOf(() => insertEntries(PATH, text, WISHES)),
      "claude_settings_invalid",
    ).problems;
    assertEquals(`${problem?.line}:${problem?.column}`, place);
    assertMatch(problem?.message ?? "", message);
  });
}

Deno.test("insertEntries() refuses a key that is written twice when the edited one does not count", async () => {
  const text = '{"permissions": {"allow": []}, "permissions": {"allow": []}}';
  const { problems } = failureOf(
    await resultOf(() => insertEntries(PATH, text, WISHES)),
    "claude_settings_invalid",
  );
  assertMatch(problems[0]?.message ?? "", /written twice/);
});

Deno.test("removeEntries() leaves what was there and what came since", () => {
  const { text, added } = put('{\n  "permissions": {"allow": ["Bash(git add:*)"]}\n}\n');
  const since = text
    .replace('"Bash(parex:*)"', '"Bash(parex:*)",\n      "Bash(ls)"')
    .replace('"timeout": 10', '"timeout": 10 }, { "type": "command", "command": "mine"');
  assertEquals(JSON.parse(removeEntries(PATH, since, added)), {
    permissions: { allow: ["Bash(git add:*)", "Bash(ls)"] },
    hooks: { UserPromptSubmit: [{ hooks: [{ type: "command", command: "mine" }] }] },
  });
});

Deno.test("removeEntries() leaves a mode that was changed, and is content with what is gone", () => {
  const { added } = put("");
  const text = '{"permissions":{"defaultMode":"plan"}}';
  assertEquals(removeEntries(PATH, text, added), text);
});

Deno.test("removeEntries() undoes insertEntries() for any settings", () => {
  const rules = fc.array(fc.constantFrom("Bash(ls)", ...RULES), { maxLength: 3 });
  const settings = fc.record({
    permissions: fc.record({ allow: rules, ask: rules, defaultMode: fc.constant("plan") }, {
      requiredKeys: [],
    }),
    hooks: fc.record({ SessionStart: fc.constantFrom([], [HOOK], [{ hooks: [] }]) }, {
      requiredKeys: [],
    }),
    other: fc.jsonValue(),
  }, { requiredKeys: [] });
  fc.assert(fc.property(settings, fc.constantFrom(0, 2, "\t"), (value, indent) => {
    const before = JSON.stringify(value, null, indent);
    const { text, added } = put(before);
    assertEquals(JSON.parse(removeEntries(PATH, text, added)), JSON.parse(before));
  }));
});
