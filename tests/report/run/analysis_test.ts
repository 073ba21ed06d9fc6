import { recordOf } from "../../../src/domain/record.ts";
import type { EventBody, RunEvent } from "../../../src/domain/event.ts";
import { adviceOn } from "../../../src/report/run/advice.ts";
import { amdahl, analyse } from "../../../src/report/run/analysis.ts";
import { applyToTimeline, emptyTimeline } from "../../../src/report/run/timeline.ts";
import { analysisText } from "../../../src/report/commands/analyze.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { node, sampleEvents, script, started, status } from "../sample_run.ts";

type At = [seconds: number, body: EventBody];

function analysed(...runs: RunEvent[][]) {
  return analyse(runs.map((events) => {
    const timeline = emptyTimeline();
    for (const event of events) applyToTimeline(timeline, event);
    return { record: recordOf(events), timeline };
  }));
}

/** Two tasks of ten seconds at the same time, then a third of 20 seconds that waits for both. */
const TWO_THEN_ONE = script(
  [0, started([node("a", "A"), node("b", "B"), node("c", "C", ["a", "b"])])],
  [0, status("a", "pending", "in_progress")],
  [0, status("b", "pending", "in_progress")],
  [10, status("a", "in_progress", "completed")],
  [10, status("b", "in_progress", "completed")],
  [10, status("c", "pending", "in_progress")],
  [30, status("c", "in_progress", "completed")],
);

Deno.test("the serial share is the work that was done with only one task at work", () => {
  const { parallel, critical_path, phases } = analysed(TWO_THEN_ONE);
  assertEquals(parallel.busy_ms, 30_000);
  assertEquals(parallel.work_ms, 40_000);
  assertEquals(parallel.serial_share, 0.5);
  assertEquals(phases.preparing, 40_000);
  assertEquals(critical_path.ms, 30_000);
  assertEquals(critical_path.tasks.map(({ id }) => id), ["a", "c"]);
});

Deno.test("Amdahl's law: no number of jobs beats the serial share", () => {
  assertEquals(amdahl(0.5, 1), 1);
  assertEquals(amdahl(0.5, 2), 4 / 3);
  assert(amdahl(0.5, 1e9) < 2);
  assertEquals(amdahl(0, 8), 8);
});

Deno.test("a run with one job says nothing about the serial share", () => {
  const alone = TWO_THEN_ONE.map((event) =>
    event.type === "run.started" ? { ...event, jobs: 1 } : event
  );
  assertEquals(analysed(alone).parallel.serial_share, null);
});

Deno.test("advice names its figure, and the largest comes first", () => {
  const [first, ...others] = adviceOn(analysed(TWO_THEN_ONE));
  assertEquals(first, {
    what: "split c, or let less wait for it",
    why: "the last run's critical path takes 30.0s of its 30.0s, and c 20.0s of that",
    ms: 30_000,
  });
  assertEquals(others, []);
});

Deno.test("waiting for a slot asks for more jobs, if Amdahl's law lets them help", () => {
  const wide = script(
    [0, started(["a", "b", "c", "d"].map((id) => node(id, id)))],
    ...(["a", "b"].map((id): At => [0, status(id, "pending", "in_progress")])),
    ...(["a", "b"].map((id): At => [10, status(id, "in_progress", "completed")])),
    ...(["c", "d"].map((id): At => [10, status(id, "pending", "in_progress")])),
    ...(["c", "d"].map((id): At => [20, status(id, "in_progress", "completed")])),
  );
  assertEquals(adviceOn(analysed(wide))[0], {
    what: "use more jobs, such as --jobs 4 instead of 2",
    why:
      "tasks waited for a slot for 20.0s, 33% of the tasks' time; by Amdahl's law that is at most 2.0x as fast",
    ms: 20_000,
  });
});

Deno.test("what parex analyze prints fits the terminal", () => {
  for (const columns of [60, 80, 120]) {
    const text = analysisText(analysed(sampleEvents(), TWO_THEN_ONE), { color: false, columns });
    for (const line of text.split("\n")) assert(line.length <= columns, `${columns}: ${line}`);
  }
});
