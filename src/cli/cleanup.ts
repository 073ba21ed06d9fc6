import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import type { CleanupPlan } from "../domain/cleanup.ts";
import { Failed, resultOf } from "../domain/failed.ts";
import { emptyPlan } from "../domain/plan.ts";
import { processEnv } from "../exec/env.ts";
import { remotesOf } from "../git/remotes.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { cleanupDoneText, cleanupPlanText } from "../report/commands/cleanup.ts";
import { cleanUp, type CleanupInput, lookForCleanup } from "../run/maintenance/cleanup.ts";
import { findOldRuns } from "../run/maintenance/old_runs.ts";
import { mergedHeads } from "../run/maintenance/merged_heads.ts";
import { canAsk, confirm } from "./ask.ts";
import type { Context, Io } from "./context.ts";
import { progressOf } from "./progress.ts";
import { currentBase, currentPlan, runsBefore } from "./runs.ts";

interface Flags {
  base?: string;
  dryRun?: true;
  yes?: true;
  remote?: true;
  force?: string[];
  json?: true;
}

export function command(context: Context) {
  return new Command("cleanup")
    .description(
      "Remove worktrees and branches that have landed, and transcripts and logs of old runs; archive the " +
        "plan when all of it has landed. What no other branch holds is kept under a rescue ref: parex " +
        "rescue restores it",
    )
    .option("--base <branch>", "Branch that the work has landed on (default: the last run's)")
    .option("--dry-run", "Show what would be removed, and do nothing")
    .option("--yes", "Do not ask")
    .option("--remote", "Also delete the branches on the remote")
    .option("--force <task...>", "Remove these tasks' work even if it has not landed")
    .option("--json", "Print what would be removed, or was, as JSON")
    .action((flags: Flags) => run(context, flags));
}

async function run(context: Context, flags: Flags): Promise<void> {
  const { io } = context;
  const input = await prepare(io, flags);
  const plan = await lookForCleanup(input);
  const nothing = plan.remove.length === 0 && !plan.archive && !plan.old;
  if (flags.dryRun || nothing) return showPlan(context, plan, flags);
  if (!flags.yes) {
    // The question is asked on stderr, so the plan is shown there, too.
    io.err(cleanupPlanText(plan, { color: io.colorErr, columns: io.columns }));
    if (!canAsk(io)) throw new Failed(UNASKED);
    if (!await confirm("Remove it?")) return context.exit(1);
  }
  const done = await cleanUp(input, plan);
  if (flags.json) io.out(JSON.stringify(done) + "\n");
  else io.out(cleanupDoneText(done, { color: io.colorOut, columns: io.columns }));
  const { failed, kept } = done;
  const refused = kept.some(({ work }) => flags.force?.includes(work.task));
  context.exit(failed.length > 0 || refused ? 1 : 0);
}

const UNASKED = {
  reason: "usage",
  message: "nothing was removed: confirm with --yes, as there is no terminal",
  hint: "parex cleanup --yes",
} as const;

function showPlan({ io, exit }: Context, plan: CleanupPlan, { json, force = [] }: Flags): void {
  if (json) io.out(JSON.stringify(plan) + "\n");
  else io.out(cleanupPlanText(plan, { color: io.colorOut, columns: io.columns }));
  exit(plan.keep.some(({ work }) => force.includes(work.task)) ? 1 : 0);
}

async function prepare(io: Io, flags: Flags): Promise<CleanupInput> {
  const repo = await repositoryAt(io.cwd);
  const settings = await loadSettings({
    flags: flags.base === undefined ? {} : { base: flags.base },
    env: processEnv(),
    root: repo.checkout,
  });
  const { plan, run } = await planToClean(repo, io.cwd, settings.keepRuns);
  const base = await currentBase(repo, flags.base ?? run?.record.base ?? settings.base);
  const remotes = await remotesOf(repo, base);
  const mergedHead = mergedHeads(repo, remotes);
  return {
    repo,
    plan,
    base,
    cwd: await Deno.realPath(io.cwd),
    force: flags.force ?? [],
    onRemote: flags.remote ?? false,
    keepRuns: settings.keepRuns,
    record: run?.record,
    earlier: run ? await runsBefore(repo.commonDir, run.record) : [],
    remotes,
    mergedHead,
    onProgress: progressOf(io),
  };
}

/** The last plan may be in the archive: then old runs can still be removed. */
async function planToClean(
  repo: Repository,
  cwd: string,
  keepRuns: number,
): ReturnType<typeof currentPlan> {
  const found = await resultOf(() => currentPlan(repo, cwd));
  if (found.ok) return found.value;
  const old = await findOldRuns(repo.commonDir, keepRuns);
  if (found.failure.reason !== "plan_not_found" || old.runs === 0) throw new Failed(found.failure);
  return { plan: emptyPlan(repo.checkout), run: undefined };
}
