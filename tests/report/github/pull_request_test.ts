import fc from "fast-check";
import {
  BODY_LIMIT,
  code,
  cutMarkdown,
  markOf,
  withPart,
} from "../../../src/report/github/managed_part.ts";
import { pullRequestPart, pullRequestTitle } from "../../../src/report/github/pull_request.ts";
import { evidenceOf } from "../../github/rig.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { taskOf } from "../../support/plans.ts";

const TASK = {
  ...taskOf("task-1"),
  title: "Count words",
  body: "# Count words\r\n\r\nQuickly.\r\n",
};

Deno.test("pullRequestPart() closes the issue that the task came from", () => {
  const part = pullRequestPart({ task: { ...taskOf("a"), issue: 12 }, dependsOn: [3] }, 1000);
  assertEquals(part.split("\n").slice(0, 3), ["Closes #12", "", "Depends on #3"]);
});

Deno.test("pullRequestPart() holds the task file's text and the evidence of the run", () => {
  const facts = { task: TASK, dependsOn: [3, "feature/task-9"], evidence: evidenceOf(TASK) };
  assertEquals(
    pullRequestPart(facts, BODY_LIMIT),
    `Depends on #3, \`feature/task-9\`

# Count words

Quickly.

## Evidence

parex ran these checks on the committed work:

| check | command | exit code | time |
| --- | --- | --- | --- |
| test | \`npm test \\| tee log\` | 0 | 1.2s |

- Commits: 2 on \`feature/task-1\`, up to ${"a".repeat(40)}
- Attempts: 2 by \`claude\`
- Tokens: 1.0K in, 500 out, 20.0K read from the cache; not reported for 1 of 2 attempts
- Cost: $0.7500, API-equivalent, as the agent reported it
- Run: \`20261122-090000-k3f9\`

What failed and was repaired:

- attempt 1: \`test\` failed with exit code 1 after 900ms, repaired later`,
  );
});

Deno.test("pullRequestPart() counts a parked attempt once, and names the agents that worked", () => {
  const evidence = evidenceOf(TASK, [
    { type: "agent.started", task: TASK.id, attempt: 2, agent: "codex", pid: 4, kind: "resumed" },
  ]);
  const part = pullRequestPart({ task: TASK, dependsOn: [], evidence }, BODY_LIMIT);
  assertMatch(part, /^- Attempts: 2 by `claude` and `codex`$/m);
});

Deno.test("pullRequestTitle() is one line, and short enough for GitHub", () => {
  assertEquals(pullRequestTitle(TASK), "Count words");
  assertEquals(pullRequestTitle(taskOf("task-2")), "Task task-2");
  const long = pullRequestTitle({ ...TASK, title: `a\n${"b ".repeat(500)}` });
  assert(long.length <= 256 && long.startsWith("a b b") && long.endsWith("…"));
});

Deno.test("withPart() fits any text into GitHub's limit, with all of the evidence", () => {
  const task = {
    ...TASK,
    body: "```js\n" + "word ".repeat(20).concat("\n").repeat(2000) + "```\n",
  };
  const mark = markOf("plan", "task-1");
  const body = withPart(
    "Mine.",
    mark,
    (room) => pullRequestPart({ task, dependsOn: [], evidence: evidenceOf(task) }, room),
  );
  assert(body.length <= BODY_LIMIT && body.length > BODY_LIMIT - 200, `${body.length}`);
  assert(body.startsWith("Mine.\n\n") && body.includes("## Evidence"));
  assert(/\n```\n\n… \d+ more characters: see the plan for the rest\.\n\n## Ev/.test(body));
});

Deno.test("withPart() replaces its own part and keeps every byte around it", () => {
  const text = fc.string().map((written) => written.replaceAll("\r\n", "\n").replaceAll("-->", ""));
  const mark = markOf("plan -->", "task-1");
  fc.assert(fc.property(text, text, text, text, (before, first, second, after) => {
    const once = `${before}${withPart("", mark, () => first)}${after}`;
    const twice = withPart(once, mark, () => second);
    assertEquals(twice, `${before}${withPart("", mark, () => second)}${after}`);
    assertEquals(withPart(twice, mark, () => second), twice);
  }));
});

Deno.test("withPart() is not ended by what a task file says", () => {
  const mark = markOf("plan", "task-1");
  const once = withPart("", mark, () => "a\n<!-- /parex -->\nb");
  assertEquals(withPart(once, mark, () => "c"), withPart("", mark, () => "c"));
});

Deno.test("cutMarkdown() never exceeds the room it has, once there is room for its note", () => {
  const line = fc.constantFrom("```", "~~~~", "text", "", "# Title", "a longer line of text");
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), fc.integer({ min: 60, max: 200 }), (
      lines,
      room,
    ) => assert(cutMarkdown(lines.join("\n"), room, "see there").length <= room)),
  );
});

Deno.test("code() shows backticks as they are", () => {
  assertEquals(code("a"), "`a`");
  assertEquals(code("a `b` c"), "``a `b` c``");
  assertEquals(code("`a"), "`` `a ``");
});
