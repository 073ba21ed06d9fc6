import type { EventBody } from "../../../src/domain/event.ts";
import type { FileConflict } from "../../../src/domain/file_conflict.ts";
import { recordOf } from "../../../src/domain/record.ts";
import { summarize } from "../../../src/report/run/summary.ts";
import { reportText } from "../../../src/report/run/text.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { node, sampleEvents, script, started, status } from "../sample_run.ts";

const SHAS = ["1a2b3c4d5e6f", "2a2b3c4d5e6f", "3a2b3c4d5e6f"] as const;

function ends(task: string, name: string, exit_code: number, merged = false): EventBody {
  const command = `deno ${name}`;
  const where = merged ? { merged } as const : {};
  return { type: "checks.finished", task, attempt: 1, name, command, exit_code, ms: 900, ...where };
}

const lands = (task: string, sha: string): EventBody => ({
  type: "task.landed",
  task,
  how: "merge",
  sha,
});

/** A run that lands by merge: `b` is repaired after a conflict with `a`, `c` never gets in. */
function landingRun() {
  const graph = [node("a", "Parse"), node("b", "Print"), node("c", "Sort"), node("d", "Say so")];
  const files = ["src/a.ts"];
  const conflicts: FileConflict[] = [
    { path: "src/a.ts", ours: { did: "deleted" }, theirs: { did: "modified" } },
  ];
  return recordOf(script(
    [0, started(graph)],
    [0, { type: "conflict.predicted", tasks: ["a", "c"], files: ["x.ts"], basis: "plan" }],
    [5, { type: "conflict.predicted", tasks: ["a", "b"], files, basis: "branches" }],
    [6, {
      type: "recovery.step",
      what: "push feature/a",
      tier: "known fix",
      action: "fetch and push again",
      outcome: "repaired",
    }],
    [10, ends("a", "test", 0)],
    [10, ends("b", "test", 0)],
    [10, ends("c", "test", 0)],
    [11, status("a", "testing", "completed")],
    [12, lands("a", SHAS[0])],
    [13, { type: "conflict.met", task: "b", between: ["a", "b"], files, conflicts }],
    [20, status("b", "testing", "completed")],
    [21, lands("b", SHAS[1])],
    [22, ends("c", "test", 1, true)],
    [23, status("d", "testing", "completed")],
    [24, { type: "task.landed", task: "d", how: "pr", url: "https://github.com/o/r/pull/7" }],
    [30, {
      type: "checks.finished",
      name: "test",
      command: "deno test",
      exit_code: 1,
      ms: 2000,
    }],
    [31, {
      type: "integration.finished",
      ok: false,
      sha: SHAS[2],
      check: "test",
      introduced_by: "b",
      introduced_at: SHAS[1],
    }],
    [40, {
      type: "cleanup.finished",
      removed: [{
        task: "a",
        branch: "feature/a",
        landed: "merge",
        worktree: "/code/wc/worktrees/a",
        rescue_refs: ["refs/parex/rescue/r/a"],
      }],
      kept: [{ task: "c", why: "it has not landed" }],
      archive: "/code/wc/.parallel/archive/word-count",
    }],
  ));
}

Deno.test("reportText() tells what landed, what stood in the way and what was cleaned up", () => {
  const text = reportText(summarize(landingRun()), { color: false, columns: 80 });
  const [, part = ""] = /\n(Checks\n[^]*?)\nTime\n/.exec(text) ?? [];
  assertEquals(
    part,
    `Checks
  test passes for 2 of 3 tasks, fails for c
  completed without checks: d

Merged
  feature/a into main, 1a2b3c4d5e: Parse
  feature/b into main, 2a2b3c4d5e: Print

Pull requests
  d: https://github.com/o/r/pull/7

Integration
  test failed (exit code 1) in 2.0s: deno test
  test fails on main at 3a2b3c4d5e, introduced by b

Conflicts
  b conflicted with a in src/a.ts (deleted by main, modified by b), resolved and
    landed
  predicted: a and c both change x.ts
  predicted, and it happened: a and b conflict in src/a.ts

Recovery
  push feature/a: fetch and push again (known fix), repaired
`,
  );
  assert(
    text.includes(`Cleanup
  1 branch removed, 1 worktree
  a: removed feature/a, rescue ref refs/parex/rescue/r/a
  kept c: it has not landed
  archived the plan in /code/wc/.parallel/archive/word-count
`),
    text,
  );
});

Deno.test("summarize() holds what became of the work for programs, too", () => {
  const summary = summarize(landingRun());
  assertEquals(summary.check_results, [{ name: "test", passed: ["a", "b"], failed: ["c"] }]);
  assertEquals(summary.merges.map(({ task, sha }) => [task, sha]), [["a", SHAS[0]], [
    "b",
    SHAS[1],
  ]]);
  assertEquals(summary.pull_requests, [{ task: "d", url: "https://github.com/o/r/pull/7" }]);
  assertEquals(summary.conflicts.met.map(({ outcome }) => outcome), ["landed"]);
  assertEquals(summary.conflicts.predicted.map(({ met }) => met), [false, true]);
});

Deno.test("summarize() counts dependencies that do not merge as a conflict that was met", () => {
  const failure = {
    reason: "merge_conflict" as const,
    files: ["x.ts"],
    between: ["task-0", "task-1"],
  };
  const events = sampleEvents().map((event) =>
    event.type === "task.status" && event.to === "blocked"
      ? { ...event, reason: failure.reason, failure }
      : event
  );
  assertEquals(summarize(recordOf(events)).conflicts.met, [
    { task: "task-2", between: ["task-0", "task-1"], files: ["x.ts"], outcome: "blocked" },
  ]);
});

Deno.test("reportText() does not call a base without checks one that passes them", () => {
  const run = (...checks: Parameters<typeof script>) =>
    reportText(
      summarize(recordOf(script(
        [0, started([node("a", "Parse")])],
        ...checks,
        [11, status("a", "testing", "completed")],
        [12, lands("a", SHAS[0])],
        [31, { type: "integration.finished", ok: true, sha: SHAS[0] }],
      ))),
      { color: false, columns: 80 },
    );
  assertMatch(run([10, ends("a", "test", 0)]), /main at \w+ passes all checks/);
  assertMatch(run(), /main at \w+ is unchecked/);
});
