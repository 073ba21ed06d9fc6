import { TIMEOUTS } from "../domain/timeouts.ts";
import { Command } from "@commander-js/extra-typings";
import { dirname, join, relative, resolve } from "node:path";
import { loadSettings } from "../config/load.ts";
import { scheduleOf } from "../domain/dry_run.ts";
import { Failed, valueOf } from "../domain/failed.ts";
import { PLANS_DIR } from "../domain/names.ts";
import type { Plan } from "../domain/plan.ts";
import type { Settings } from "../domain/settings.ts";
import { processEnv } from "../exec/env.ts";
import { shutdown } from "../exec/shutdown.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { addEntries } from "../plan/add_entries.ts";
import { findPlan } from "../plan/find.ts";
import { withInheritedPriorities } from "../plan/graph.ts";
import { loadPlan } from "../plan/load.ts";
import { entryOf, fileOf, planFilesOf, taskFile } from "../plan/plan_files.ts";
import { writePlanFiles } from "../plan/write_files.ts";
import { plannerOf } from "../planner/ask.ts";
import { shapeOf } from "../planner/critic.ts";
import { draftPlan, type Planned } from "../planner/plan.ts";
import { type PlanDraft, planDraftText, type PlannedReport } from "../report/commands/plan.ts";
import { estimateFor } from "../run/estimate.ts";
import { exists } from "../util/files.ts";
import { canAsk, confirm } from "./ask.ts";
import type { Context, Io } from "./context.ts";
import { untilInterrupted } from "./interrupt.ts";

interface Flags {
  to?: string | undefined;
  add?: true | undefined;
  rounds: string;
  yes?: true | undefined;
  json?: true | undefined;
  force?: true | undefined;
}

/** Exit code after an interruption by a person. */
const INTERRUPTED = 130;

export function command(context: Context) {
  return new Command("plan")
    .description(
      "Draft a plan: the agent reads the repository and writes the tasks, parex's validator and " +
        "schedule are its critic. Nothing is executed",
    )
    .argument("<wish...>", "What is to be done, a file that says it, or - for stdin")
    .option("--to <folder>", `Where the plan goes (default: ${PLANS_DIR})`)
    .option("--add", "Add to the plan that is there")
    .option("--rounds <n>", "Drafts at most, the first included", "3")
    .option("--force", "Replace an existing plan")
    .option("--yes", "Write the plan without asking")
    .option("--json", "Print the plan as JSON")
    .action((words, flags) => run(context, words, flags));
}

async function run(context: Context, words: string[], flags: Flags): Promise<void> {
  const { io } = context;
  const rounds = Number(flags.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    const message = `--rounds: "${flags.rounds}" is not valid; expected a whole number, 1 or more`;
    throw new Failed({ reason: "usage", message });
  }
  const repo = await repositoryAt(io.cwd);
  const settings = await loadSettings({ flags: {}, env: processEnv(), root: repo.checkout });
  const folder = flags.to === undefined
    ? resolve(repo.checkout, PLANS_DIR)
    : resolve(io.cwd, flags.to);
  if (!flags.add && !flags.force) mustBeFree(folder);
  const plan = flags.add ? await planToAddTo(repo, flags.to && folder) : undefined;
  const wish = await wishOf(io, words);
  const { ask, name } = plannerOf(settings, repo.checkout);
  io.err(`planner: ${name}\n`);
  const drafting = draftPlan({ wish, ask, rounds, plan, say: (line) => io.err(`${line}\n`) });
  const planned = await Promise.race([drafting, untilInterrupted()]);
  if (!planned) {
    drafting.catch(() => {}); // its planner is being ended
    await shutdown(TIMEOUTS.shutdown);
    return context.exit(INTERRUPTED);
  }
  await offer(context, {
    repo,
    settings,
    folder: plan ? dirname(plan.path) : folder,
    plan,
    planned,
  }, flags);
}

interface Drafted {
  repo: Repository;
  settings: Settings;
  folder: string;
  plan: Plan | undefined;
  planned: Planned;
}

/** Shows the draft, and writes it if the person agrees. */
async function offer({ io, exit }: Context, drafted: Drafted, flags: Flags): Promise<void> {
  const { repo, settings, folder, plan, planned } = drafted;
  const files = plan ? added(plan, planned) : planFilesOf(planned);
  const draft: PlanDraft = {
    ...planned,
    ...shapeOf([
      ...plan?.tasks.filter(({ status }) => status !== "completed") ?? [],
      ...planned.tasks,
    ]),
    name: plan?.name ?? planned.name,
    schedule: scheduleOf(withInheritedPriorities(planned.tasks)),
    cost: await estimateFor(repo, planned.tasks, settings),
    files: [...files.keys()].map((file) => relative(io.cwd, join(folder, file))),
    path: relative(io.cwd, join(folder, "plan.yaml")),
  };
  if (!flags.json) io.out(planDraftText(draft, { color: io.colorOut, columns: io.columns }));
  const agreed = flags.yes ?? (canAsk(io) && await confirm(`Write ${draft.path}?`));
  if (agreed) {
    await writePlanFiles(folder, files, plan !== undefined || (flags.force ?? false));
  }
  if (flags.json) {
    const { name, steps, width, advice, rounds, costUsd: cost_usd } = draft;
    const tasks = planned.tasks.map(({ id, name, priority, dependencies, files }) => {
      return { id, name, priority, dependencies, files };
    });
    const path = agreed ? draft.path : null;
    const report: PlannedReport = { name, path, tasks, steps, width, advice, rounds, cost_usd };
    io.out(JSON.stringify(report) + "\n");
  } else if (agreed) {
    io.out(`written: ${draft.path}\nnext: parex execute --dry-run ${draft.path}\n`);
  } else io.err("Nothing was written. With --yes the plan is written without a question.\n");
  exit(agreed ? 0 : 1);
}

/** Fails before anything is paid for a draft that could not be written. */
function mustBeFree(folder: string): void {
  const path = join(folder, "plan.yaml");
  if (!exists(path)) return;
  const message = `there is a plan at ${path} already`;
  const hint = "add to it: --add; replace it: --force; or write to another folder: --to <folder>";
  throw new Failed({ reason: "usage", message, hint });
}

async function planToAddTo(repo: Repository, folder: string | undefined): Promise<Plan> {
  const plan = valueOf(await loadPlan(folder || valueOf(await findPlan(repo.checkout))));
  if (!plan.foreign) return plan;
  const message = `${plan.path} is a list of ${plan.foreign.title}'s: parex adds nothing to it`;
  throw new Failed({ reason: "usage", message, hint: "import it first: parex import" });
}

/** The files that change when tasks are added: the index, and one file per task. */
function added(plan: Plan, { tasks }: Planned): Map<string, string> {
  const text = addEntries(Deno.readTextFileSync(plan.path), tasks.map(entryOf));
  if (text === undefined) {
    const message =
      `the tasks of ${plan.path} are not written as a list with one entry below the other`;
    throw new Failed({
      reason: "usage",
      message,
      hint: "write them so, or draft another plan: --to",
    });
  }
  return new Map([...tasks.map((task) => [fileOf(task), taskFile(task)] as const), [
    "plan.yaml",
    text,
  ]]);
}

/** The words themselves, the content of the file that they name, or stdin. */
async function wishOf(io: Io, words: string[]): Promise<string> {
  const said = words.join(" ");
  const wish = said === "-"
    ? await new Response(Deno.stdin.readable).text()
    : textOf(resolve(io.cwd, said)) ?? said;
  if (wish.trim() !== "") return wish;
  throw new Failed({
    reason: "usage",
    message: "nothing says what is to be done",
    hint: 'parex plan "<wish>"',
  });
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined; // no file of that name: the words are the wish
  }
}
