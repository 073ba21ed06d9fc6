import type { RunEvent } from "../domain/event.ts";
import { Failed } from "../domain/failed.ts";
import { startReporter } from "../report/live/start_reporter.ts";
import { scheduleText } from "../report/commands/dry_run.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { summarize } from "../report/run/summary.ts";
import { reportText } from "../report/run/text.ts";
import { dryRun } from "../run/dry_run.ts";
import { withOwnCommits } from "../run/maintenance/branch_status.ts";
import { execute } from "../run/execute.ts";
import type { Context } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import type { ReadyRun } from "./ready_run.ts";
import { liveControls } from "./live_controls.ts";
import { notifierOf } from "./notifications.ts";
import { historyOf } from "./runs.ts";

/** What `--dry-run` prints. */
export async function showSchedule(context: Context, run: ReadyRun): Promise<void> {
  const schedule = await dryRun(run);
  const { io } = context;
  if (run.settings.json) io.out(JSON.stringify(schedule) + "\n");
  else io.out(scheduleText(schedule, { color: io.colorOut, columns: io.columns }));
}

/** The process of the run cannot leave it. */
function noDetachMessage(): string {
  return "this process is the run, Ctrl-C stops it; next time, --detach starts one that can be left";
}

/** Executes a plan and reports on it. */
export async function executePlan(context: Context, run: ReadyRun): Promise<void> {
  const { io } = context;
  const kind = run.settings.json ? "json" : io.redraws ? "live" : "lines";
  const controls = kind === "live"
    ? liveControls(run.repo, io.colorErr, noDetachMessage)
    : undefined;
  const reporter = startReporter(kind, { ...io, controls });
  const notifier = notifierOf(io, run, reporter);
  const onEvent = (event: RunEvent) => {
    reporter.onEvent(event);
    notifier.onEvent(event);
  };
  const execution = execute({ ...run, onEvent });
  const release = interruptible(execution, reporter);
  try {
    const { outcome, record } = await execution.done;
    reporter.stop();
    await notifier.close();
    if (outcome.kind === "refused") throw new Failed(outcome.failure);
    if (run.settings.json) {
      if (outcome.kind === "interrupted" && outcome.failure) {
        io.err(formatFailure(outcome.failure, { color: io.colorErr }));
      } else if (record.finished?.interrupted) io.err("next: parex resume\n");
    } else {
      const history = await withOwnCommits(
        run.repo,
        await historyOf(run.repo.commonDir, record),
      );
      io.out(reportText(summarize(history), { color: io.colorOut, columns: io.columns }));
    }
    context.exit(record.finished?.exit_code ?? 1);
  } finally {
    reporter.stop();
    release();
  }
}
