import { planRecord } from "../../src/domain/plan_record.ts";
import { recordOf, type RunRecord } from "../../src/domain/record.ts";
import { assertEquals } from "../support/assert.ts";
import { node, script, started, status } from "../report/sample_run.ts";

/** A run in which `b` is blocked, and one that executes `a` alone. */
function twoRuns(foreign: true | undefined): RunRecord[] {
  const plan = { name: "p", path: "/p/tasks.md", identity: "p", foreign };
  const graph = [node("a", "A"), node("b", "B")];
  const blocked = { from: "in_progress", to: "blocked", reason: "agent_failed" } as const;
  return [
    script(
      [0, started(graph, { plan })],
      [1, status("b", "pending", "in_progress")],
      [2, { type: "task.status", task: "b", ...blocked, message: "the agent failed" }],
    ),
    script(
      [10, started(graph, { plan, tasks: ["a"] })],
      [11, status("a", "pending", "in_progress")],
      [12, status("a", "testing", "completed")],
    ),
  ].map(recordOf);
}

Deno.test("a task of another tool's list stays blocked over the runs that leave it out", () => {
  const task = planRecord(twoRuns(true)).tasks.get("b");
  assertEquals([task?.status, task?.message], ["blocked", "the agent failed"]);
});

Deno.test("a task that its file says is pending again is not blocked", () => {
  const task = planRecord(twoRuns(undefined)).tasks.get("b");
  assertEquals([task?.status, task?.message], ["pending", undefined]);
});
