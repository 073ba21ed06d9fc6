import { join } from "node:path";
import type { RunEvent } from "../../src/domain/event.ts";
import { keepSummary, readSummary } from "../../src/journal/summary.ts";
import { node, script, started, status } from "../report/sample_run.ts";
import { assertEquals } from "../support/assert.ts";

const RUN = "20261122-093000-k3f9";
const GRAPH = [node("task-0", "Set up"), {
  ...node("task-1", "Count"),
  status: "completed" as const,
}];
const EVENTS = script(
  [0, started(GRAPH)],
  [1, status("task-0", "pending", "in_progress")],
  [2, { type: "notice", message: "Something happened." }],
  [3, status("task-0", "testing", "completed")],
);
const FINISHED = script([9, {
  type: "run.finished",
  exit_code: 0,
  completed: 2,
  blocked: 0,
  pending: 0,
  ms: 9000,
  speedup: 1,
}]);

async function inFolder(use: (dir: string) => void): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "parex-summary-" });
  try {
    use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function writeJournal(dir: string, events: RunEvent[]): void {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  Deno.writeTextFileSync(join(dir, "journal.ndjson"), lines.join(""), { append: true });
}

Deno.test("a run's summary is kept at each of its milestones", () =>
  inFolder((dir) => {
    const keep = keepSummary(dir);
    const seen = [...EVENTS, ...FINISHED].map((event) => {
      keep(event);
      const { completed, ended } = readSummary(dir) ?? {};
      return [completed, ended];
    });
    assertEquals(seen, [[1, false], [1, false], [1, false], [2, false], [2, true]]);
    assertEquals(readSummary(dir), {
      v: 1,
      run: RUN,
      plan: "word-count",
      tasks: 2,
      completed: 2,
      ended: true,
    });
  }));

Deno.test("without a summary the journal gives the same", () =>
  inFolder((dir) => {
    assertEquals(readSummary(dir), undefined);
    writeJournal(dir, EVENTS);
    assertEquals(readSummary(dir)?.completed, 2);
    assertEquals(readSummary(dir)?.ended, false);
    Deno.writeTextFileSync(join(dir, "summary.json"), "{");
    assertEquals(readSummary(dir)?.completed, 2);
  }));

Deno.test("of a long journal the beginning and the end are read", () =>
  inFolder((dir) => {
    const notice = script([4, { type: "notice", message: "x".repeat(200) }]);
    writeJournal(dir, [...EVENTS, ...Array(10_000).fill(notice[0])]);
    const summary = readSummary(dir);
    assertEquals([summary?.completed, summary?.tasks, summary?.ended], [undefined, 2, false]);
    writeJournal(dir, FINISHED);
    assertEquals(readSummary(dir)?.ended, true);
  }));

Deno.test("a folder that takes no file loses nothing but the summary", () => {
  keepSummary("/dev/null/run")(EVENTS[0] as RunEvent);
});
