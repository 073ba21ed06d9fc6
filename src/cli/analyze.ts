import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { recordOf } from "../domain/record.ts";
import { Failed, resultOf } from "../domain/failed.ts";
import { selectedTasks } from "../domain/metrics.ts";
import { repositoryAt } from "./repository.ts";
import { listRuns, liveRun, readJournal, runDir } from "../journal/store.ts";
import { analysisText } from "../report/commands/analyze.ts";
import { adviceOn } from "../report/run/advice.ts";
import { analyse, type AnalysedRun } from "../report/run/analysis.ts";
import { applyToTimeline, emptyTimeline } from "../report/run/timeline.ts";
import type { Context } from "./context.ts";

const LAST = 10;

export function command(context: Context) {
  const { io } = context;
  return new Command("analyze")
    .description("Show where the time and cost of the last runs went, and what to change first")
    .option("--last <n>", `How many runs (default: ${LAST})`, number)
    .option("--json", "Print the figures as JSON")
    .action(async ({ last = LAST, json }) => {
      const { commonDir } = await repositoryAt(io.cwd);
      const runs = await lastRuns(commonDir, last);
      if (runs.length === 0) throw new Failed({ reason: "run_not_found" });
      const analysis = analyse(runs);
      const advice = adviceOn(analysis);
      if (json) io.out(JSON.stringify({ ...analysis, advice }) + "\n");
      else io.out(analysisText(analysis, { color: io.colorOut, columns: io.columns }));
    });
}

/** The last runs that are over and had something to do, oldest first. */
async function lastRuns(commonDir: string, count: number): Promise<AnalysedRun[]> {
  const live = liveRun(commonDir)?.run;
  const runs: AnalysedRun[] = [];
  for (const run of (await listRuns(commonDir)).reverse()) {
    if (runs.length === count) break;
    const events = await resultOf(() => readJournal(runDir(commonDir, run)));
    if (!events.ok || run === live) continue;
    const timeline = emptyTimeline();
    for (const event of events.value) applyToTimeline(timeline, event);
    const record = recordOf(events.value);
    if (selectedTasks(record).length > 0) runs.unshift({ record, timeline });
  }
  return runs;
}

function number(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Expected a whole number, 1 or more");
}
