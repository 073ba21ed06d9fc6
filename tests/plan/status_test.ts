import fc from "fast-check";
import { join } from "node:path";
import { STATUSES, type Task } from "../../src/domain/task.ts";
import { readStatus, writeStatus } from "../../src/plan/status.ts";
import { editInlineStatus, editStatus, readPlanText } from "../../src/plan/status_edit.ts";
import { readTaskFile } from "../../src/plan/task_file.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { planFolder } from "./folder.ts";

/** Before and after a change to `completed`. */
const DIALECTS: Record<string, [before: string, after: string]> = {
  "a plain line": ["---\nid: a\nstatus: pending\n---\nx", "---\nid: a\nstatus: completed\n---\nx"],
  "a comment": ["---\nstatus: pending   # c\n---\n", "---\nstatus: completed   # c\n---\n"],
  "single quotes": ["---\nstatus: 'pending'\n---\n", "---\nstatus: 'completed'\n---\n"],
  "double quotes": ['---\nstatus: "pending"\n---\n', '---\nstatus: "completed"\n---\n'],
  "a quoted key": ['---\n"status": pending\n---\n', '---\n"status": completed\n---\n'],
  "CRLF": [
    "---\r\nid: a\r\nstatus: pending\r\n---\r\nx",
    "---\r\nid: a\r\nstatus: completed\r\n---\r\nx",
  ],
  "a byte order mark": [
    "\uFEFF---\nstatus: pending\n---\n",
    "\uFEFF---\nstatus: completed\n---\n",
  ],
  "no value": ["---\nstatus:\nid: a\n---\n", "---\nstatus: completed\nid: a\n---\n"],
  "no value but a comment": ["---\nstatus:  # c\n---\n", "---\nstatus: completed  # c\n---\n"],
  "a block scalar": [
    "---\nstatus: >-\n  pending\nid: a\n---\n",
    "---\nstatus: completed\nid: a\n---\n",
  ],
  "the next line": ["---\nstatus:\n  pending\n---\n", "---\nstatus:\n  completed\n---\n"],
  "flow style": ["---\n{id: a, status: pending}\n---\n", "---\n{id: a, status: completed}\n---\n"],
  "flow style without it": [
    "---\n{id: a, x: 1}\n---\n",
    "---\n{id: a, status: completed, x: 1}\n---\n",
  ],
  "an empty flow mapping": ["---\n{}\n---\n", "---\n{status: completed}\n---\n"],
  "an anchor": ["---\nstatus: &s pending\n---\n", "---\nstatus: &s completed\n---\n"],
  "an alias": [
    "---\na: &s pending\nstatus: *s\n---\n",
    "---\na: &s pending\nstatus: completed\n---\n",
  ],
  "no status line": ["---\nid: a\n---\nx", "---\nid: a\nstatus: completed\n---\nx"],
  "no status line, CRLF": [
    "---\r\nid: a\r\n---\r\n",
    "---\r\nid: a\r\nstatus: completed\r\n---\r\n",
  ],
  "no status line, indented": ["---\n  id: a\n---\n", "---\n  id: a\n  status: completed\n---\n"],
  "no status line, a list last": [
    "---\nlabels:\n  - a\n---\n",
    "---\nlabels:\n  - a\nstatus: completed\n---\n",
  ],
  "an empty frontmatter": ["---\n---\nx", "---\nstatus: completed\n---\nx"],
  "no frontmatter": ["# Title\n", "---\nstatus: completed\n---\n\n# Title\n"],
  "no frontmatter, CRLF": ["# T\r\n", "---\r\nstatus: completed\r\n---\r\n\r\n# T\r\n"],
  "an empty file": ["", "---\nstatus: completed\n---\n\n"],
  "a status in the text": [
    "---\nid: a\nstatus: pending\n---\nstatus: pending\n",
    "---\nid: a\nstatus: completed\n---\nstatus: pending\n",
  ],
  "a status in another value": [
    "---\nnote: |\n  status: pending\nstatus: pending\n---\n",
    "---\nnote: |\n  status: pending\nstatus: completed\n---\n",
  ],
  "a nested status": [
    "---\nx:\n  status: pending\nid: a\n---\n",
    "---\nx:\n  status: pending\nid: a\nstatus: completed\n---\n",
  ],
  "a frontmatter closed by dots": ["---\nid: a\n...\n", "---\nid: a\nstatus: completed\n...\n"],
};

for (const [name, [before, after]] of Object.entries(DIALECTS)) {
  Deno.test(`editStatus() changes nothing else with ${name}`, () => {
    assertEquals(editStatus(before, "completed"), after);
    assertEquals(readTaskFile(after, "/a.md").status, "completed");
    assertEquals(editStatus(after, "completed"), after);
  });
}

/** Any frontmatter with exactly one status in some style, as its text before and behind the word. */
const frontmatters = fc.record({
  mark: fc.constantFrom("", "\uFEFF"),
  eol: fc.constantFrom("\n", "\r\n"),
  above: fc.subarray([
    "id: a",
    "# status: pending",
    "labels: [x, 'status: y']",
    "note: |",
    "  status: z",
  ]),
  quotes: fc.constantFrom("", "'", '"'),
  space: fc.constantFrom(" ", "   ", "\t"),
  comment: fc.constantFrom("", " # status: pending", "\t#", "   "),
  below: fc.subarray(["priority: high", "dependencies:", "- b", "", "x: {status: pending}"]),
  body: fc.string(),
}).filter(({ above, below }) =>
  // A line of a block needs the line that opens it.
  above.includes("note: |") === above.includes("  status: z") &&
  (below.includes("dependencies:") || !below.includes("- b"))
);

Deno.test("editStatus() changes the one word and no other byte, whatever surrounds it", () => {
  const statuses = fc.constantFrom(...STATUSES);
  fc.assert(fc.property(frontmatters, statuses, statuses, (parts, from, to) => {
    const { mark, eol, above, quotes, space, comment, below, body } = parts;
    const before = [`${mark}---`, ...above, `status:${space}${quotes}`].join(eol);
    const after = [`${quotes}${comment}`, ...below, "---", body].join(eol);
    assertEquals(editStatus(before + from + after, to), before + to + after);
  }));
});

Deno.test("editStatus() leaves a text that has no usable frontmatter as it is", () => {
  for (const text of ["---\nid: a\n", "---\n- a\n---\n", "---\ntext\n---\n"]) {
    assertEquals(editStatus(text, "completed"), text);
  }
});

Deno.test("a plan of inline tasks is read once for all of them, and again after a change", () => {
  const text = "tasks: [{id: a}, {id: b, status: testing}]";
  const yaml = readPlanText(text);
  const edited = editInlineStatus(text, "a", "blocked");
  assert(readPlanText(text) === yaml);
  assertEquals(edited, "tasks: [{id: a, status: blocked}, {id: b, status: testing}]");
  assertEquals(
    editInlineStatus(edited, "b", "pending"),
    "tasks: [{id: a, status: blocked}, {id: b, status: pending}]",
  );
});

Deno.test("editInlineStatus() changes the one entry, in block and in flow style", () => {
  const plan = (a: string, b: string) =>
    `tasks:\n- id: 1 # first${a}\n  name: A\n- {id: "b", name: B${b}}\n- name: C\n  status: testing\n  id: c\n`;
  assertEquals(
    editInlineStatus(plan("", ""), "1", "blocked"),
    plan("\n  status: blocked", ""),
  );
  assertEquals(
    editInlineStatus(plan("", ", status: 'pending'"), "b", "blocked"),
    plan("", ", status: 'blocked'"),
  );
  assertEquals(
    editInlineStatus(plan("", ""), "c", "blocked"),
    plan("", "").replace("testing", "blocked"),
  );
  assertEquals(
    editInlineStatus('tasks: [{id: b, name: "B"}]', "b", "testing"),
    'tasks: [{id: b, status: testing, name: "B"}]',
  );
  assertEquals(
    editInlineStatus("tasks:\r\n  - name: A\r\n    id: a", "a", "testing"),
    "tasks:\r\n  - name: A\r\n    id: a\r\n    status: testing",
  );
  assertEquals(editInlineStatus(plan("", ""), "nobody", "testing"), plan("", ""));
});

function inFile(path: string): Pick<Task, "id" | "source"> {
  return { id: "a", source: { kind: "file", path } };
}

Deno.test("writeStatus() replaces the file as a whole and keeps its mode", async () => {
  await using folder = await planFolder({ "a.md": "---\nid: a\n---\n" });
  const path = join(folder.path, "a.md");
  await Deno.chmod(path, 0o640);
  assertEquals(readStatus(inFile(path)), { ok: true, value: "pending" });
  assert(writeStatus(inFile(path), "testing").ok);
  assertEquals(readStatus(inFile(path)), { ok: true, value: "testing" });
  assertEquals(await Deno.readTextFile(path), "---\nid: a\nstatus: testing\n---\n");
  assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o640);
  assertEquals([...Deno.readDirSync(folder.path)].map(({ name }) => name), ["a.md"]);
});

Deno.test("writeStatus() writes nothing when the status is there already", async () => {
  await using folder = await planFolder({ "a.md": "no frontmatter, so pending\n" });
  const path = join(folder.path, "a.md");
  const { ino } = await Deno.stat(path);
  assert(writeStatus(inFile(path), "pending").ok);
  assertEquals((await Deno.stat(path)).ino, ino);
  assertEquals(await Deno.readTextFile(path), "no frontmatter, so pending\n");
});

Deno.test("writeStatus() changes what a link points to and leaves the link", async () => {
  await using folder = await planFolder({ "real/a.md": "---\nid: a\n---\n" });
  const link = join(folder.path, "a.md");
  await Deno.symlink("real/a.md", link);
  assert(writeStatus(inFile(link), "blocked").ok);
  assert((await Deno.lstat(link)).isSymlink);
  assertEquals(
    await Deno.readTextFile(join(folder.path, "real/a.md")),
    "---\nid: a\nstatus: blocked\n---\n",
  );
});

Deno.test("writeStatus() keeps changes that others made in the file meanwhile", async () => {
  await using folder = await planFolder({ "a.md": "---\nid: a\nstatus: pending\n---\nold\n" });
  const path = join(folder.path, "a.md");
  assert(writeStatus(inFile(path), "in_progress").ok);
  await folder.write({ "a.md": "---\nid: a\nstatus: in_progress # mine\n---\nnew\n" });
  assert(writeStatus(inFile(path), "completed").ok);
  assertEquals(
    await Deno.readTextFile(path),
    "---\nid: a\nstatus: completed # mine\n---\nnew\n",
  );
});

Deno.test("writeStatus() keeps the statuses of all inline tasks", async () => {
  await using folder = await planFolder({ "plan.yaml": "tasks:\n- id: a\n- id: b\n" });
  const path = join(folder.path, "plan.yaml");
  for (const id of ["a", "b"]) {
    assert(writeStatus({ id, source: { kind: "inline", path } }, "completed").ok);
  }
  assertEquals(
    await Deno.readTextFile(path),
    "tasks:\n- id: a\n  status: completed\n- id: b\n  status: completed\n",
  );
});

Deno.test("writeStatus() reports why it failed, and changes nothing", async () => {
  const broken = {
    "unclosed.md": "---\nid: a\n",
    "list.md": "---\n- a\n---\n",
    "yaml.md": "---\nid: 'a\nstatus: pending\n---\n",
    "merged.md": "---\nstatus: !!str\n---\n",
  };
  await using folder = await planFolder(broken);
  for (const [name, text] of Object.entries(broken)) {
    const path = join(folder.path, name);
    const written = writeStatus(inFile(path), "completed");
    assert(!written.ok && written.failure.reason === "io_failed", name);
    assertEquals(await Deno.readTextFile(path), text);
  }
  const gone = writeStatus(inFile(join(folder.path, "gone.md")), "completed");
  assert(!gone.ok && gone.failure.reason === "io_failed");
});
