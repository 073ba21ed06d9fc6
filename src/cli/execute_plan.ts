import { resolve } from "node:path";
import { loadSettings } from "../config/load.ts";
import { ok, type Result } from "../domain/result.ts";
import type { Settings } from "../domain/settings.ts";
import { openRepository, type Repository } from "../git/repository.ts";
import { findPlan } from "../plan/find.ts";
import { startReporter } from "../report/reporter.ts";
import { scheduleText } from "../report/schedule.ts";
import { summarize } from "../report/summary.ts";
import { reportText } from "../report/text.ts";
import { dryRun } from "../run/dry_run.ts";
import { execute } from "../run/execute.ts";
import type { Unfinished } from "../run/resume.ts";
import type { Context } from "./context.ts";
import { interruptible } from "./interrupt.ts";

export interface ReadyRun {
  repo: Repository;
  planPath: string;
  settings: Settings;
  /** The run that is gone on with; absent: a new one. */
  resume?: Unfinished;
}

/** Finds the repository, the settings and the plan that a command line means. */
export async function prepareRun(
  { io }: Context,
  plan: string | undefined,
  flags: Readonly<Record<string, unknown>>,
): Promise<Result<ReadyRun>> {
  const repo = await openRepository(io.cwd);
  if (!repo.ok) return repo;
  const env = Deno.env.toObject();
  const settings = await loadSettings({ flags, env, root: repo.value.checkout });
  if (!settings.ok) return settings;
  const path = plan === undefined ? await findPlan(repo.value.checkout) : ok(resolve(io.cwd, plan));
  if (!path.ok) return path;
  return ok({ repo: repo.value, planPath: path.value, settings: settings.value });
}

/** What `--dry-run` prints. */
export async function showSchedule(context: Context, run: ReadyRun): Promise<void> {
  const schedule = await dryRun(run);
  if (!schedule.ok) return context.fail(schedule.failure);
  const { io } = context;
  if (run.settings.json) io.out(JSON.stringify(schedule.value) + "\n");
  else io.out(scheduleText(schedule.value, { color: io.colorOut, columns: io.columns }));
}

/** Executes a plan and reports on it. */
export async function executePlan(context: Context, run: ReadyRun): Promise<void> {
  const { io } = context;
  const kind = run.settings.json ? "json" : io.stderrIsTerminal ? "live" : "lines";
  const reporter = startReporter(kind, io);
  const execution = execute({ ...run, onEvent: reporter.onEvent });
  const release = interruptible(execution, io);
  try {
    const { outcome, record } = await execution.done;
    reporter.stop();
    if (outcome.kind === "refused") return context.fail(outcome.failure);
    if (run.settings.json) {
      if (record.finished?.interrupted) io.err("next: parex resume\n");
    } else {
      io.out(reportText(summarize(record), { color: io.colorOut, columns: io.columns }));
    }
    context.exit(record.finished?.exit_code ?? 1);
  } finally {
    reporter.stop();
    release();
  }
}
