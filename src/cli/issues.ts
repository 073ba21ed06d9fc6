import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { loadSettings } from "../config/load.ts";
import { processEnv } from "../exec/env.ts";
import { remotesOf } from "../git/remotes.ts";
import { repositoryAt } from "./repository.ts";
import { issueLine } from "../report/commands/issues.ts";
import { noticeLine } from "../report/commands/prs.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { readIssueTemplate, TEMPLATE_PATH } from "../run/landing/issue_template.ts";
import { preparePullRequests } from "../run/landing/repositories.ts";
import { ensureTaskIssues, type TaskIssuesScope } from "../run/landing/task_issues.ts";
import type { Context, Io } from "./context.ts";
import { currentBase, currentPlan } from "./runs.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("issues")
    .description("Open one GitHub issue per task, or bring it up to date")
    .option("--template <file>", `Issue template (default: ${TEMPLATE_PATH}, if it is there)`)
    .option("--json", "Print the result of each as JSON")
    .addHelpText(
      "after",
      "\nThe issue of a blocked task gets a comment, that of a landed task is closed.\n" +
        "A pull request of parex closes the issue of its task.",
    )
    .action(async ({ json, template }) => {
      const scope = await prepare(io, template);
      const outcomes = await ensureTaskIssues(scope, (outcome) => {
        if (!json) io.out(issueLine(outcome) + "\n");
        if (outcome.state === "failed") {
          io.err(formatFailure(outcome.failure, { color: io.colorErr }));
        }
      });
      if (json) io.out(JSON.stringify({ issues: outcomes }) + "\n");
      context.exit(outcomes.some(({ state }) => state === "failed") ? 1 : 0);
    });
}

async function prepare(io: Io, template: string | undefined): Promise<TaskIssuesScope> {
  const repo = await repositoryAt(io.cwd);
  const settings = await loadSettings({ flags: {}, env: processEnv(), root: repo.checkout });
  const { plan, run } = await currentPlan(repo, io.cwd);
  const base = await currentBase(repo, settings.base ?? run?.record.base);
  const remotes = await remotesOf(repo, base);
  const path = template === undefined ? undefined : resolve(io.cwd, template);
  const read = await readIssueTemplate(repo.checkout, path);
  const { into: repository } = await preparePullRequests(repo, remotes);
  return {
    repo,
    remotes,
    base,
    plan,
    template: read,
    gh: { repository, cwd: repo.root },
    notice: (task, notice) => io.err(noticeLine(task, notice)),
  };
}
