import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { remoteOf } from "../git/push.ts";
import { openRepository } from "../git/repository.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { noticeLine, pullRequestLine } from "../report/commands/prs.ts";
import { openPullRequests, preparePullRequests } from "../run/landing/land_pr.ts";
import type { PullRequestScope } from "../run/landing/pr_stack.ts";
import type { Context, Io } from "./context.ts";
import { baseInHand, planInHand } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("prs")
    .description("Open pull requests for completed tasks that have none.")
    .option("--base <branch>", "the branch to merge into (default: the last run's)")
    .option("--json", "print what became of each as JSON")
    .action(async ({ json, ...flags }) => {
      const scope = await prepare(io, flags);
      if (!scope.ok) return context.fail(scope.failure);
      const outcomes = await openPullRequests(scope.value, (outcome) => {
        if (!json) io.out(pullRequestLine(outcome) + "\n");
        if (outcome.state === "failed") {
          io.err(formatFailure(outcome.failure, { color: io.colorErr }));
        }
      });
      if (!outcomes.ok) return context.fail(outcomes.failure);
      if (json) io.out(JSON.stringify({ pull_requests: outcomes.value }) + "\n");
      else if (outcomes.value.length === 0) io.err("No task of the plan is completed.\n");
      context.exit(outcomes.value.some(({ state }) => state === "failed") ? 1 : 0);
    });
}

async function prepare(io: Io, flags: { base?: string }): Promise<Result<PullRequestScope>> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) return opened;
  const repo = opened.value;
  const settings = await loadSettings({ flags, env: Deno.env.toObject(), root: repo.checkout });
  if (!settings.ok) return settings;
  const found = await planInHand(repo);
  if (!found.ok) return found;
  const { plan, run } = found.value;
  const base = await baseInHand(repo, settings.value.base ?? run?.record.base);
  if (!base.ok) return base;
  const remote = await remoteOf(repo, base.value);
  if (!remote.ok) return remote;
  if (remote.value === undefined) return fail({ reason: "no_remote", root: repo.root });
  const repository = await preparePullRequests(repo, remote.value);
  if (!repository.ok) return repository;
  return ok({
    repo,
    remote: remote.value,
    base: base.value,
    plan,
    gh: { repository: repository.value, cwd: repo.root },
    notice: (task, message) => io.err(noticeLine(task, message)),
  });
}
