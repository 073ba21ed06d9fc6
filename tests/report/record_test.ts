import fc from "fast-check";
import {
  countStatuses,
  ownMs,
  speedupOf,
  stateOf,
  sumUsd,
  tasksMs,
  usageTotals,
  wallMs,
} from "../../src/domain/metrics.ts";
import { recordOf, type RunRecord } from "../../src/domain/record.ts";
import type { TaskRecord } from "../../src/domain/task_record.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { agentStarted, moment, node, sampleEvents, script, started, status } from "./sample_run.ts";

function taskOf(record: RunRecord, id: string): TaskRecord {
  const task = record.tasks.get(id);
  assert(task, `no ${id}`);
  return task;
}

Deno.test("recordOf() records what happened to each task", () => {
  const record = recordOf(sampleEvents());
  assertEquals(countStatuses(record), {
    completed: 2,
    blocked: 1,
    pending: 1,
    in_progress: 0,
    testing: 0,
  });
  const repaired = taskOf(record, "task-1");
  assertEquals(repaired.attempts.map(({ attempt, kind, ms }) => ({ attempt, kind, ms })), [
    { attempt: 1, kind: "first", ms: 19_000 },
    { attempt: 2, kind: "repair", ms: 32_000 },
  ]);
  assertEquals(repaired.checks.map((check) => [check.attempt, check.exitCode]), [[1, 1], [2, 0]]);
  assertEquals([repaired.commits, repaired.committedByParex], [2, true]);
  assertEquals(taskOf(record, "task-2").reason, "agent_failed");
  assertEquals(taskOf(record, "task-9").selected, false);
});

Deno.test("ownMs() counts from preparing to settling, testing and repairs included", () => {
  const record = recordOf(sampleEvents());
  const own = ["task-0", "task-1", "task-2", "task-3"].map((id) =>
    ownMs(taskOf(record, id), moment(100))
  );
  assertEquals(own, [30_000, 60_000, 60_000, 0]);
  assertEquals([wallMs(record), tasksMs(record), speedupOf(record)], [100_000, 150_000, 1.5]);
});

Deno.test("ownMs() leaves out the time that a task waited for a usage limit", () => {
  const record = recordOf(script(
    [0, started([node("a", "A")])],
    [0, status("a", "pending", "in_progress")],
    [2, agentStarted("a")],
    [10, {
      type: "run.parked",
      task: "a",
      until: new Date(moment(70)).toISOString(),
      why: "usage limit",
    }],
    [70, { ...agentStarted("a", 2), kind: "resumed" } as ReturnType<typeof agentStarted>],
    [80, status("a", "in_progress", "completed")],
  ));
  assertEquals(ownMs(taskOf(record, "a"), moment(80)), 20_000);
  assertEquals(taskOf(record, "a").parked, undefined);
});

Deno.test("wallMs() leaves out the time between a crash and the resumption", () => {
  const graph = [node("a", "A"), node("b", "B")];
  const record = recordOf(script(
    [0, started(graph)],
    [0, status("a", "pending", "in_progress")],
    [10, agentStarted("a")],
    [1000, started(graph, { leftovers: ["a"] })],
    [1001, status("a", "pending", "in_progress")],
    [1021, status("a", "testing", "completed")],
  ));
  assertEquals(wallMs(record), 10_000 + 21_000);
  assertEquals(ownMs(taskOf(record, "a"), moment(1021)), 10_000 + 20_000);
  assertEquals(record.leftovers, ["a"]);
});

Deno.test("wallMs() counts up to now until the run has finished", () => {
  const begun = sampleEvents().slice(0, 3);
  assertEquals(wallMs(recordOf(begun), moment(7)), 7_000);
  assertEquals(wallMs(recordOf(sampleEvents()), moment(500)), 100_000);
});

Deno.test("stateOf() believes only a run's last event that it has finished", () => {
  const begun = recordOf(sampleEvents().slice(0, -1));
  assertEquals(stateOf(begun, true), "running");
  assertEquals(stateOf(begun, false), "interrupted");
  assertEquals(stateOf(recordOf(sampleEvents()), false), "finished");
});

Deno.test("usageTotals() counts what was reported and how often nothing was", () => {
  const attempts = [...recordOf(sampleEvents()).tasks.values()].flatMap((task) => task.attempts);
  const totals = usageTotals(attempts);
  assertEquals(totals, {
    attempts: 4,
    costUsd: 0.0265,
    costUnreported: 1,
    tokensUnreported: 1,
    input: 36_000,
    output: 9_000,
    cacheRead: 144_000,
    cacheWrite: 12_000,
  });
});

Deno.test("recordOf() keeps what an attempt used so far until it reports its end", () => {
  const begun = sampleEvents().filter((event) => Date.parse(event.at) <= moment(10));
  assertEquals(taskOf(recordOf(begun), "task-0").attempts[0]?.usage, { input_tokens: 500 });
  assertEquals(taskOf(recordOf(begun), "task-0").activity, "Edit main.ts");
});

Deno.test("sumUsd() is the same in any order and exact to a billionth of a dollar", () => {
  assertEquals(sumUsd([0.1, 0.2]), 0.3);
  const micro = fc.array(fc.integer({ min: 0, max: 50_000_000 }), { maxLength: 200 });
  fc.assert(fc.property(micro, (parts) => {
    const exact = parts.reduce((sum, part) => sum + part, 0) / 1e6;
    const usd = parts.map((part) => part / 1e6);
    assertEquals(sumUsd(usd), exact);
    assertEquals(sumUsd(usd.toReversed()), exact);
  }));
});
