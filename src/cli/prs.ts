import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import { childEnv, processEnv } from "../exec/env.ts";
import { taskEnv } from "../exec/task_env.ts";
import { remotesOf } from "../git/remotes.ts";
import { repositoryAt } from "./repository.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { noticeLine, pullRequestLine } from "../report/commands/prs.ts";
import { openPullRequests } from "../run/landing/land_pr.ts";
import { preparePullRequests } from "../run/landing/repositories.ts";
import type { PullRequestScope } from "../run/landing/pr_stack.ts";
import type { Context, Io } from "./context.ts";
import { currentBase, currentPlan } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("prs")
    .description("Open pull requests for completed tasks that have none")
    .option("--base <branch>", "Branch to merge into (default: the last run's)")
    .option("--json", "Print the result of each as JSON")
    .action(async ({ json, ...flags }) => {
      const scope = await prepare(io, flags);
      const outcomes = await openPullRequests(scope, (outcome) => {
        if (!json) io.out(pullRequestLine(outcome) + "\n");
        if (outcome.state === "failed") {
          io.err(formatFailure(outcome.failure, { color: io.colorErr }));
        }
      });
      if (json) io.out(JSON.stringify({ pull_requests: outcomes }) + "\n");
      else if (outcomes.length === 0) io.err("No task of the plan is completed.\n");
      context.exit(outcomes.some(({ state }) => state === "failed") ? 1 : 0);
    });
}

async function prepare(io: Io, flags: { base?: string }): Promise<PullRequestScope> {
  const repo = await repositoryAt(io.cwd);
  const settings = await loadSettings({ flags, env: processEnv(), root: repo.checkout });
  const { plan, run } = await currentPlan(repo, io.cwd);
  const base = await currentBase(repo, settings.base ?? run?.record.base);
  const remotes = await remotesOf(repo, base);
  const repositories = await preparePullRequests(repo, remotes);
  const { hookTimeoutMs: timeoutMs } = settings;
  const notice: PullRequestScope["notice"] = (task, notice) => io.err(noticeLine(task, notice));
  return {
    repo,
    remotes,
    repositories,
    settings,
    base,
    plan,
    gh: { repository: repositories.into, cwd: repo.root },
    notice,
    hooks: (task) => ({
      env: taskEnv(childEnv(), { worktree: repo.placeOf(task), checkouts: [repo.root] }),
      timeoutMs,
      onWait: (waitedFor) =>
        notice(task, { about: "waiting", ...waitedFor, branch: repo.branchOf(task), timeoutMs }),
    }),
  };
}
