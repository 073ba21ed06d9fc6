import type { RunEvent } from "../domain/event.ts";
import { journalPath, parseJournal } from "./store.ts";

/** The result of a run, or its state. */
export interface RunSummary {
  v: 1;
  run: string;
  /** The plan's name. */
  plan: string;
  /** How many tasks were selected. */
  tasks: number;
  /** How many of them are completed; absent: that would take reading the whole journal. */
  completed?: number;
  /** Whether the run finished without an interruption. */
  ended: boolean;
}

/** Of a journal that is longer, its first line and its end are read. Bytes. */
const MAX_WHOLE = 1 << 19;
const MAX_FIRST_LINE = 1 << 22;
const TAIL = 1 << 16;
/** Reading all other lines would take ten times as long. */
const MILESTONE = /"type":"(?:run\.started|run\.finished|task\.status)"/;

function summaryPath(dir: string): string {
  return `${dir}/summary.json`;
}

/**
 * Keeps a run's summary in a small file next to its journal, for readers that cannot wait for the
 * whole journal. If it cannot be written, nothing is lost: the journal has the same facts.
 */
export function keepSummary(dir: string): (event: RunEvent) => void {
  const summarize = summarizer();
  return (event) => {
    const summary = summarize(event);
    if (summary === undefined) return;
    try {
      const written = `${summaryPath(dir)}.new`;
      Deno.writeTextFileSync(written, `${JSON.stringify(summary)}\n`, { mode: 0o600 });
      Deno.renameSync(written, summaryPath(dir));
    } catch {
      // An older summary only says less.
    }
  };
}

/** The summary after each of a run's milestones; undefined for any other event. */
function summarizer(): (event: RunEvent) => RunSummary | undefined {
  let summary: RunSummary & { completed: number } | undefined;
  let selected = new Set<string>();
  return (event) => {
    if (event.type === "run.started") {
      selected = new Set(event.tasks);
      const done = event.graph.filter(({ id, status }) =>
        selected.has(id) && status === "completed"
      );
      const { run, plan } = event;
      summary = {
        v: 1,
        run,
        plan: plan.name,
        tasks: selected.size,
        completed: done.length,
        ended: false,
      };
    } else if (summary === undefined) return undefined;
    else if (event.type === "run.finished") summary.ended = event.interrupted !== true;
    else if (event.type === "task.status" && selected.has(event.task)) {
      summary.completed += Number(event.to === "completed") - Number(event.from === "completed");
    } else return undefined;
    return summary;
  };
}

/**
 * The summary of a run, in a time that its journal's length does not change; undefined if it has
 * none.
 */
export function readSummary(dir: string): RunSummary | undefined {
  try {
    const kept: RunSummary = JSON.parse(Deno.readTextFileSync(summaryPath(dir)));
    if (kept.v === 1) return kept;
  } catch {
    // An older parex kept none.
  }
  try {
    return summaryIn(journalPath(dir));
  } catch {
    return undefined; // no readable journal
  }
}

function summaryIn(path: string): RunSummary | undefined {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const whole = size <= MAX_WHOLE;
  const text = whole
    ? readAt(file, 0, size)
    : `${firstLine(file)}\n${readAt(file, size - TAIL, TAIL)}`;
  const summarize = summarizer();
  let last: RunSummary | undefined;
  const milestones = text.split("\n").filter((line) => MILESTONE.test(line));
  for (const event of parseJournal(milestones.join("\n"))) last = summarize(event) ?? last;
  if (last === undefined || whole) return last;
  const { completed: _, ...rest } = last;
  return rest;
}

/** The event that names the plan and its tasks. */
function firstLine(file: Deno.FsFile): string {
  for (let length = TAIL; length <= MAX_FIRST_LINE; length *= 4) {
    const text = readAt(file, 0, length);
    const end = text.indexOf("\n");
    if (end >= 0) return text.slice(0, end);
  }
  return "";
}

function readAt(file: Deno.FsFile, start: number, length: number): string {
  file.seekSync(start, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  for (let size = 1; size > 0 && read < length; read += size) {
    size = file.readSync(bytes.subarray(read)) ?? 0;
  }
  return new TextDecoder().decode(bytes.subarray(0, read));
}
