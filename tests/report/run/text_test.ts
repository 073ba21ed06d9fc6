import stringWidth from "string-width";
import { recordOf } from "../../../src/domain/record.ts";
import { summarize } from "../../../src/report/run/summary.ts";
import { reportText } from "../../../src/report/run/text.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { agentStarted, node, sampleEvents, script, started, status } from "../sample_run.ts";

const sample = summarize(recordOf(sampleEvents()));

Deno.test("reportText() reads well in 80 columns without colour", () => {
  assertEquals(
    reportText(sample, { color: false, columns: 80 }),
    `word-count: 2 of 4 tasks completed, 1 blocked, 1 waiting
run 20261122-093000-k3f9 · base main · agent claude (claude-haiku-5-5) · 2 jobs
· 1 already completed
exit code 1: task-2 is blocked, task-3 is waiting

Tasks
  ✔ task-0  Set up the project                     completed     30.0s   $0.0101
            feature/task-0, 2 commits · test passed in 2.0s, lint passed in 2.0s
            · 64.0K tokens in, 3.0K out
  ✔ task-1  Count words in a stream of any length  completed    1m 00s   $0.0164
            feature/task-1, 2 commits · 2 attempts · test passed in 2.0s ·
            $0.0082 + $0.0082 · 128.0K tokens in, 6.0K out
  ✘ task-2  Print a table                          blocked      1m 00s         -
            feature/task-2, no commit
  · task-3  Write the manual page                  waiting

Blocked
  task-2  agent failed
    the agent failed: it ended with exit code 1
    next: read what it said, then: parex retry task-2

Waiting
  task-3 waits for task-2 (blocked)

Checks
  test passes for 2 of 2 tasks
  lint passes for 1 of 1 task

Time
  elapsed         1m 40s
  task time       2m 30s (1.5x parallel)
  critical path   1m 30s, lower bound for any schedule:
                  task-0 > task-1
  spent on        agents 2m 11s, checks 8.0s

Tokens and cost
  tokens          36.0K in, 9.0K out
                  144.0K read from the cache, 75% of the prompts
                  not reported for 1 of 4 attempts
  cost            $0.0265, API-equivalent, as the agents reported it
                  not reported for 1 of 4 attempts
  other models    estimate for the same tokens at the list prices of 2026-10:
                  Haiku 4.5   $0.1104
                  Sonnet 5.5  $0.2208
                  Opus 5.5    $0.4128

Next
  git log --oneline main..feature/task-1
  parex merge
  parex retry task-2
`,
  );
});

Deno.test("reportText() fits the columns that there are", () => {
  for (const columns of [80, 100, 140]) {
    const lines = reportText(sample, { color: false, columns }).split("\n");
    const tooLong = lines.filter((line) => stringWidth(line) > columns);
    assertEquals(tooLong, []);
  }
});

Deno.test("reportText() colours without changing a word", () => {
  const plain = reportText(sample, { color: false, columns: 80 });
  const colored = reportText(sample, { color: true, columns: 80 });
  assert(colored.includes("\x1b["));
  // deno-lint-ignore no-control-regex -- colours are made of them
  assertEquals(colored.replace(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("reportText() says unchecked where no check ran, and not reported without costs", () => {
  const text = reportText(
    summarize(recordOf(script(
      [0, started([node("a", "\x1b[31mRed\u202e")])],
      [0, status("a", "pending", "in_progress")],
      [1, agentStarted("a")],
      [2, { type: "agent.finished", task: "a", attempt: 1, outcome: "finished", ms: 1000 }],
      [2, { type: "task.committed", task: "a", attempt: 1, commits: 1, head: "1", by_parex: true }],
      [3, status("a", "testing", "completed")],
    ))),
    { color: false, columns: 80 },
  );
  assert(text.includes("feature/a, 1 commit · unchecked"));
  assert(text.includes("not reported by the agents"));
  assert(text.includes("\\u{1b}[31mRed\\u{202e}"), "names are printed, never obeyed");
});

Deno.test("reportText() describes a merge without agents", () => {
  const done = { ...node("a", "Parse"), status: "completed" as const };
  const check = { type: "checks.finished", name: "test", command: "make", exit_code: 0 } as const;
  const text = reportText(
    summarize(recordOf(script(
      [0, started([done], { agentless: true })],
      [1, { ...check, task: "a", ms: 900, merged: true }],
      [2, { type: "task.landed", task: "a", how: "merge", sha: "abcdef0123456789" }],
    ))),
    { color: false, columns: 80 },
  );
  assert(text.includes("\n       merged as abcdef0123\n"), text);
  assert(!text.includes("task time"), text);
});

Deno.test("reportText() says that nothing was left to do, and how to land what earlier runs did", () => {
  const done = { ...node("a", "Parse"), status: "completed" as const };
  const text = reportText(
    summarize(recordOf(script(
      [0, started([done], { tasks: [] })],
      [1, {
        type: "run.finished",
        exit_code: 0,
        completed: 0,
        blocked: 0,
        pending: 0,
        ms: 5,
        speedup: 0,
      }],
    ))),
    { color: false, columns: 80 },
  );
  assertMatch(text, /^word-count: nothing to do: all selected tasks are already completed\n/);
  assertMatch(text, /\nNext\n {2}parex status\n {2}parex merge\n$/);
});
