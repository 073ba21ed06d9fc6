import { createColors } from "picocolors";
import { oneLine } from "../escape.ts";
import { cut, fit, fitLeft, widest } from "../layout.ts";
import { runFacts } from "../run/phrases.ts";
import type { RunLine } from "../run/run_line.ts";
import { sizeWords, timeWords } from "../words.ts";

const STATE_WIDTH = 11;
const TIME_WIDTH = 12;
const NARROWEST_PLAN = 8;

/** What `parex runs` prints: two lines for each run. */
export function runsText(
  runs: readonly (RunLine & { bytes: number })[],
  { color, columns }: { color: boolean; columns: number },
): string {
  if (runs.length === 0) return "no runs yet\n";
  const paint = createColors(color);
  const idWidth = widest(runs.map(({ id }) => oneLine(id)), 40);
  const planWidth = Math.max(NARROWEST_PLAN, columns - idWidth - STATE_WIDTH - TIME_WIDTH - 6);
  return runs.flatMap((run) => [
    [
      fit(oneLine(run.id), idWidth),
      fit(run.state, STATE_WIDTH),
      fitLeft(timeWords(run.started_at), TIME_WIDTH),
      cut(oneLine(run.plan ?? "unknown plan"), planWidth),
    ].join("  "),
    paint.dim(cut(`  ${runFacts(run)}, ${sizeWords(run.bytes)}`, columns)),
  ]).map((line) => line.trimEnd() + "\n").join("");
}
