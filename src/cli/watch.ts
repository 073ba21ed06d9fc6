import { Command } from "@commander-js/extra-typings";
import { stateOf } from "../domain/metrics.ts";
import { applyEvent, emptyRecord } from "../domain/record.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { oneLine } from "../report/escape.ts";
import { countWords } from "../report/run/phrases.ts";
import { summarize } from "../report/run/summary.ts";
import type { Reporter } from "../report/live/reporter.ts";
import { startReporter } from "../report/live/start_reporter.ts";
import { followJournal } from "../journal/tail.ts";
import { liveRun, runDir } from "../journal/store.ts";
import { processEnv } from "../exec/env.ts";
import { bellOf } from "../report/live/bell.ts";
import { type Notification, notificationMaker } from "../report/run/notification.ts";
import type { Context, Io } from "./context.ts";
import { liveControls } from "./live_controls.ts";
import { findRun, historyOf } from "./runs.ts";

/** Exit code if there is nothing to watch. */
const NOTHING = 1;

export function command(context: Context) {
  const { io } = context;
  return new Command("watch")
    .description(
      "Follow a run in another process until it ends: with a live view on a terminal, " +
        "otherwise with lines on stdout",
    )
    .action(async () => {
      const repo = await repositoryAt(io.cwd);
      const live = liveRun(repo.commonDir);
      if (!live) return await suggestOther(context, repo.commonDir);
      await watch(context, repo, live.run);
    });
}

async function suggestOther(context: Context, commonDir: string): Promise<void> {
  const run = await findRun(commonDir);
  const next = run && stateOf(run.record, run.live) === "interrupted"
    ? "parex resume"
    : "parex execute, or parex report";
  context.io.err(`no run is in progress in this repository\nnext: ${next}\n`);
  context.exit(NOTHING);
}

/** Here the lines are the result, unlike in a command that does the work. */
function reporterFor(io: Io, repo: Repository, leave: () => void): Reporter {
  if (!io.stdoutIsTerminal || !io.redraws) {
    return startReporter("lines", { ...io, err: io.out, colorErr: io.colorOut });
  }
  const controls = liveControls(repo, io.colorErr, () => void leave());
  return startReporter("live", { ...io, controls });
}

async function watch({ io, exit }: Context, repo: Repository, run: string): Promise<void> {
  const { commonDir } = repo;
  let left = false;
  const reporter = reporterFor(io, repo, () => left = true);
  const record = emptyRecord();
  const begun = new Date().toISOString();
  const ring = (notification: Notification) => {
    if (io.redraws && record.settings?.bell) io.err(bellOf(notification, processEnv()));
  };
  const notificationOf = notificationMaker();
  const alive = () => !left && liveRun(commonDir)?.run === run;
  try {
    for await (const event of followJournal(runDir(commonDir, run), alive)) {
      applyEvent(record, event);
      reporter.onEvent(event);
      const notification = notificationOf(event);
      // What happened before is on the screen.
      if (notification && event.at >= begun) ring(notification);
    }
  } finally {
    reporter.stop();
  }
  if (left) return io.err("The run continues.\nnext: parex watch, or parex status\n");
  if (!record.finished) {
    io.err(
      `run ${run} stopped without recording its end (killed or crashed)\nnext: parex resume\n`,
    );
    return exit(NOTHING);
  }
  const { counts, next } = summarize(await historyOf(commonDir, record));
  io.out(`${oneLine(record.plan?.name ?? "plan")}: ${countWords(counts)}\n`);
  for (const command of record.finished.interrupted ? next : ["parex report", ...next]) {
    io.err(`next: ${command}\n`);
  }
}
