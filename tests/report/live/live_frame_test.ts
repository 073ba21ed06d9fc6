import fc from "fast-check";
import stringWidth from "string-width";
import { recordOf, type RunRecord } from "../../../src/domain/record.ts";
import { frame } from "../../../src/report/live/live_frame.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import {
  agentStarted,
  moment,
  node,
  sampleEvents,
  script,
  started,
  status,
} from "../sample_run.ts";

/** The sample run as far as these seconds. */
function sampleAt(seconds: number): RunRecord {
  return recordOf(sampleEvents().filter((event) => Date.parse(event.at) <= moment(seconds)));
}

const plain = { color: false, columns: 80, rows: 24 };

Deno.test("frame() shows at 80 columns who does what", () => {
  assertEquals(
    frame(sampleAt(60), { ...plain, now: moment(61) }),
    `\
parex  word-count  from main · 2 jobs · 1m 01s
██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  1/4 completed

✔ task-0  Set up the project     completed                                   30s
▸ task-1  Count words in a str…  working      attempt 2                      31s
▸ task-2  Print a table          working      attempt 1                      21s
· task-3  Write the manual page  waiting      waits for task-1, task-2

128.0K tokens in, 6.0K out · $0.0183 so far`,
  );
});

Deno.test("frame() says what an agent is doing now", () => {
  assert(frame(sampleAt(10), { ...plain, now: moment(10) }).includes("Edit main.ts"));
});

Deno.test("frame() counts down while a usage limit lasts", () => {
  const until = new Date(moment(300)).toISOString();
  const record = recordOf(script(
    [0, started([node("a", "A")])],
    [0, status("a", "pending", "in_progress")],
    [1, agentStarted("a")],
    [10, { type: "run.parked", until, why: "usage limit" }],
  ));
  const shown = frame(record, { ...plain, now: moment(60) });
  assert(shown.includes("usage limit: continuing in 4m 00s"), shown);
});

Deno.test("frame() shows the agents at work when there is no room for all tasks", () => {
  const graph = Array.from({ length: 50 }, (_, i) => node(`t${i}`, `Task ${i}`));
  const settled = graph.slice(0, 48).flatMap(({ id }, i): Parameters<typeof script> => [
    [i, status(id, "pending", "in_progress")],
    [i, status(id, "testing", "completed")],
  ]);
  const record = recordOf(script(
    [0, started(graph)],
    ...settled,
    [60, status("t48", "pending", "in_progress")],
  ));
  const shown = frame(record, { ...plain, rows: 16, now: moment(60) });
  assert(shown.includes("t48"), shown);
  assert(shown.includes("… 39 more: 38 completed, 1 ready"), shown);
});

Deno.test("frame() never leaves the terminal's bounds, whatever names a plan brings", () => {
  const name = fc.string({ unit: "grapheme", maxLength: 60 });
  const size = fc.record({
    columns: fc.integer({ min: 20, max: 200 }),
    rows: fc.integer({ min: 3, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 40 }), size, (names, { columns, rows }) => {
      const graph = names.map((name, i) => node(`t${i}`, name));
      const record = recordOf(script(
        [0, started(graph)],
        ...graph.map(({ id }): Parameters<typeof script>[number] => [
          1,
          status(id, "pending", "in_progress"),
        ]),
      ));
      const lines = frame(record, { color: false, columns, rows, now: moment(5) }).split("\n");
      assert(lines.length < rows, `${lines.length} lines in ${rows} rows`);
      for (const line of lines) assert(stringWidth(line) <= columns, line);
    }),
    { numRuns: 50 },
  );
});

Deno.test("frame() tells of conflicts to expect until both tasks have been merged", () => {
  const graph = [node("a", "A"), node("b", "B"), node("c", "C")];
  const landed = (task: string) => ({ type: "task.landed", task, how: "merge", sha: "1" }) as const;
  const expected = { type: "conflict.predicted" as const, files: ["x.ts"] };
  const events = script(
    [0, started(graph)],
    [0, { ...expected, tasks: ["a", "b"], basis: "plan" }],
    [5, { ...expected, tasks: ["a", "b"], basis: "branches" }],
    [6, { ...expected, tasks: ["b", "c"], basis: "plan" }],
    [7, landed("b")],
    [8, landed("a")],
  );
  const shownAt = (seconds: number) =>
    frame(recordOf(events.filter(({ at }) => Date.parse(at) <= moment(seconds))), {
      ...plain,
      now: moment(seconds),
    });
  assert(shownAt(0).includes("\na and b both change x.ts"), shownAt(0));
  assert(shownAt(5).includes("\na and b conflict in x.ts"), shownAt(5));
  assert(shownAt(7).includes("\n2 likely conflicts: b and c both change x.ts"), shownAt(7));
  assert(shownAt(8).includes("\nb and c both change x.ts"), shownAt(8));
});

const QUESTION = "Should deleted accounts keep their comments, or should they be removed as well?";

function blockedRun(): RunRecord {
  const blocked = { from: "in_progress", to: "blocked" } as const;
  return recordOf(script(
    [0, started([node("a", "A"), node("b", "B"), node("c", "C", ["a"])])],
    [0, status("a", "pending", "in_progress")],
    [5, {
      type: "task.status",
      task: "a",
      ...blocked,
      reason: "needs_input",
      message: "the agent asks",
      failure: { reason: "needs_input", question: QUESTION },
    }],
    [6, {
      type: "task.status",
      task: "b",
      ...blocked,
      reason: "checks_failed",
      message: "test failed (exit code 1)",
      details: ["not ok 3 - adds"],
      next: ["read the output, then: parex retry b"],
    }],
  ));
}

Deno.test("frame() shows questions and blocked tasks in full, with the command that helps", () => {
  const shown = frame(blockedRun(), { ...plain, columns: 60, now: moment(9) });
  assertEquals(
    shown.split("\n").slice(6),
    `
a  needs your answer
  Should deleted accounts keep their comments, or should
  they be removed as well?
  next: parex answer a "…"

b  checks failed
  test failed (exit code 1)
    not ok 3 - adds
  next: read the output, then: parex retry b`.split("\n"),
  );
});

Deno.test("frame() says how many blocked tasks have no room", () => {
  const shown = frame(blockedRun(), { ...plain, rows: 16, now: moment(9) });
  assert(shown.includes("they be removed as\n  well?"), shown);
  assert(shown.endsWith("… 1 blocked task: parex status"), shown);
});

Deno.test("frame() with keys marks a task, and shows what they do", () => {
  const view = { task: "b", said: "b is tried again" };
  const lines = frame(blockedRun(), { ...plain, now: moment(9), view }).split("\n");
  assert(lines.some((line) => line.startsWith("› ✘ b  ")), lines.join("\n"));
  assertEquals(lines.slice(-2), [
    "b is tried again",
    "↑↓ task · Enter log · d diff · r retry · s stop · a answer · q leave · ? help",
  ]);
  const asked = { task: "a", prompt: { ask: "answer", text: "Keep them" } } as const;
  assert(
    frame(blockedRun(), { ...plain, now: moment(9), view: asked }).includes(
      "\nAnswer to a: Keep them▏\n",
    ),
  );
});

Deno.test("frame() shows a part of a log or a diff, and makes controls of agents visible", () => {
  const text = Array.from({ length: 40 }, (_, at) => `+line ${at}\x1b[2J`);
  const view = { task: "a", pane: { what: "diff", from: 5 } } as const;
  const shown = frame(blockedRun(), { ...plain, rows: 12, now: moment(9), view, text });
  assertEquals(shown.split("\n").slice(0, 3), [
    "diff of a  lines 6-12 of 40",
    "",
    "+line 5\\u{1b}[2J",
  ]);
});
