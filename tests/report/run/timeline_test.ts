import { applyToTimeline, emptyTimeline } from "../../../src/report/run/timeline.ts";
import type { RunEvent } from "../../../src/domain/event.ts";
import { assertEquals } from "../../support/assert.ts";
import { moment, node, sampleEvents, script, started, status } from "../sample_run.ts";

function timelineOf(events: RunEvent[]) {
  const timeline = emptyTimeline();
  for (const event of events) applyToTimeline(timeline, event);
  return timeline;
}

/** `phase start-end`, in seconds from the start of the run. */
function rowOf(events: RunEvent[], task: string): string[] {
  const seconds = (at: number) => (at - moment(0)) / 1000;
  return timelineOf(events).tasks.get(task)?.stretches.map(({ phase, start, end, failed }) =>
    `${phase} ${seconds(start)}-${end === undefined ? "" : seconds(end)}${failed ? " failed" : ""}`
  ) ?? [];
}

Deno.test("a task waits for a check slot until its first check starts", () => {
  const check = { task: "a", attempt: 1, name: "test", command: "npm test" };
  const events = script(
    [0, started([node("a", "A")])],
    [0, status("a", "pending", "in_progress")],
    [5, status("a", "in_progress", "testing")],
    [9, { type: "checks.started", ...check }],
    [12, { type: "checks.finished", ...check, exit_code: 0, ms: 3000 }],
    [12, status("a", "testing", "completed")],
  );
  assertEquals(rowOf(events, "a"), ["preparing 0-5", "queued 5-9", "checks 9-12"]);
});

Deno.test("a task's time is split into waiting, preparing, agents and checks", () => {
  assertEquals(rowOf(sampleEvents(), "task-1"), [
    "preparing 30-31",
    "agent 31-50",
    "checks 50-52 failed",
    "preparing 52-53",
    "agent 53-85",
    "checks 85-90",
  ]);
  assertEquals(rowOf(sampleEvents(), "task-2"), [
    "waiting 30-40",
    "preparing 40-41",
    "agent 41-98 failed",
    "preparing 98-100",
  ]);
  assertEquals(rowOf(sampleEvents(), "task-3"), [], "it waits for a task that is blocked");
});

Deno.test("the time of a stopped task ends with its block, though its agent ends later", () => {
  const agent = { task: "a", attempt: 1, agent: "command" };
  const events = script(
    [0, started([node("a", "A")])],
    [0, status("a", "pending", "in_progress")],
    [1, { type: "agent.started", ...agent, pid: 2, kind: "first" }],
    [7, {
      type: "task.status",
      task: "a",
      from: "in_progress",
      to: "blocked",
      reason: "stopped",
      message: "a person stopped it",
    }],
    [8, { type: "agent.finished", ...agent, outcome: "interrupted", ms: 7000 }],
    [20, { type: "notice", message: "others go on" }],
  );
  assertEquals(rowOf(events, "a"), ["preparing 0-1", "agent 1-7 failed"]);
});

Deno.test("a phase in progress has no end", () => {
  const soFar = sampleEvents().filter(({ at }) => Date.parse(at) <= moment(45));
  assertEquals(rowOf(soFar, "task-1"), ["preparing 30-31", "agent 31-"]);
});

Deno.test("a task takes the lowest free slot and releases it", () => {
  const inTurn = sampleEvents().toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const { tasks } = timelineOf(inTurn);
  assertEquals(["task-0", "task-1", "task-2"].map((id) => tasks.get(id)?.slot), [0, 0, 1]);
});
