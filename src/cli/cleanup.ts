import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import type { CleanupPlan } from "../domain/cleanup.ts";
import { ok, type Result } from "../domain/result.ts";
import { remoteOf } from "../git/push.ts";
import { openRepository } from "../git/repository.ts";
import { cleanupDoneText, cleanupPlanText } from "../report/commands/cleanup.ts";
import { cleanUp, type CleanupInput, lookForCleanup } from "../run/maintenance/cleanup.ts";
import { mergedHeads } from "../run/maintenance/merged_heads.ts";
import { canAsk, confirm } from "./ask.ts";
import type { Context, Io } from "./context.ts";
import { baseInHand, planInHand } from "./runs.ts";

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
      "Remove worktrees and branches that have landed; archive the plan when all of it has. What " +
        "no other branch holds is anchored first: parex rescue brings it back.",
    )
    .option("--base <branch>", "the branch to have landed on (default: the last run's)")
    .option("--dry-run", "show what would go, and do nothing")
    .option("--yes", "do not ask")
    .option("--remote", "delete the branches on the remote, too")
    .option("--force <task...>", "remove these tasks' work even if it has not landed")
    .option("--json", "print what would go, or what went, as JSON")
    .action((flags: Flags) => run(context, flags));
}

async function run(context: Context, flags: Flags): Promise<void> {
  const { io } = context;
  const input = await prepare(io, flags);
  if (!input.ok) return context.fail(input.failure);
  const plan = await lookForCleanup(input.value);
  if (!plan.ok) return context.fail(plan.failure);
  const nothing = plan.value.remove.length === 0 && !plan.value.archive;
  if (flags.dryRun || nothing) return showPlan(context, plan.value, flags);
  if (!flags.yes) {
    // The question is about what was shown, so it is shown where the question is.
    io.err(cleanupPlanText(plan.value, { color: io.colorErr, columns: io.columns }));
    if (!canAsk(io)) return context.fail(UNASKED);
    if (!await confirm("Remove it?")) return context.exit(1);
  }
  const done = await cleanUp(input.value, plan.value);
  if (!done.ok) return context.fail(done.failure);
  if (flags.json) io.out(JSON.stringify(done.value) + "\n");
  else io.out(cleanupDoneText(done.value, { color: io.colorOut, columns: io.columns }));
  const { failed, kept } = done.value;
  const refused = kept.some(({ work }) => flags.force?.includes(work.task));
  context.exit(failed.length > 0 || refused ? 1 : 0);
}

const UNASKED = {
  reason: "usage",
  message: "nothing was removed: there is no terminal to ask on",
  hint: "parex cleanup --yes",
} as const;

function showPlan({ io, exit }: Context, plan: CleanupPlan, { json, force = [] }: Flags): void {
  if (json) io.out(JSON.stringify(plan) + "\n");
  else io.out(cleanupPlanText(plan, { color: io.colorOut, columns: io.columns }));
  exit(plan.keep.some(({ work }) => force.includes(work.task)) ? 1 : 0);
}

async function prepare(io: Io, flags: Flags): Promise<Result<CleanupInput>> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  const settings = await loadSettings({
    flags: flags.base === undefined ? {} : { base: flags.base },
    env: Deno.env.toObject(),
    root: repo.checkout,
  });
  if (!settings.ok) return settings;
  const found = await planInHand(repo);
  if (!found.ok) return found;
  const { plan, run } = found.value;
  const base = await baseInHand(repo, flags.base ?? run?.record.base ?? settings.value.base);
  if (!base.ok) return base;
  const remote = await remoteOf(repo, base.value);
  if (!remote.ok) return remote;
  const mergedHead = mergedHeads(repo, remote.value);
  return ok({
    repo,
    plan,
    base: base.value,
    cwd: await Deno.realPath(io.cwd),
    force: flags.force ?? [],
    onRemote: flags.remote ?? false,
    ...(run === undefined ? {} : { record: run.record }),
    ...(remote.value === undefined ? {} : { remote: remote.value }),
    ...(mergedHead === undefined ? {} : { mergedHead }),
  });
}
