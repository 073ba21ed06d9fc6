import { Command } from "@commander-js/extra-typings";
import { relative, resolve } from "node:path";
import { type FoundPlan, isComplete, plansIn } from "../claude_code/plans.ts";
import { readTranscript } from "../claude_code/transcript.ts";
import { writePlan } from "../claude_code/write_plan.ts";
import { Failed } from "../domain/failed.ts";
import { PLANS_DIR } from "../domain/names.ts";
import { findRepository } from "../hook/repository.ts";
import { type PlanChoice, planChoicesText, planChoiceText } from "../report/commands/extract.ts";
import { canAsk, choose } from "./ask.ts";
import type { Context, Io } from "./context.ts";
import { findTranscript } from "./find_transcript.ts";

interface Flags {
  to?: string;
  pick?: string;
  force?: true;
}

export function command(context: Context) {
  return new Command("extract")
    .description(
      "Write the files of a plan that Claude made in a conversation. Without a transcript: the one " +
        "on stdin, or that a hook names there, or, when nothing comes for 2 seconds, the newest of " +
        "this project",
    )
    .argument(
      "[transcript]",
      "Transcript of Claude Code (.jsonl); - waits for stdin",
    )
    .option("--to <folder>", `Where the plan goes (default: ${PLANS_DIR})`)
    .option("--pick <n>", "Number of the plan, where there are several")
    .option("--force", "Replace existing files")
    .action((transcript, flags: Flags) => run(context, transcript, flags));
}

async function run(context: Context, path: string | undefined, flags: Flags): Promise<void> {
  const { io } = context;
  const folder = folderFor(io, flags.to);
  const { name, lines } = await findTranscript(io.cwd, path);
  const plans = plansIn(await readTranscript(lines));
  const plan = await choosePlan(io, plans, name, flags.pick);
  if (!plan) return context.exit(1);
  const written = await writePlan(plan, folder, flags.force ?? false);
  const { tasks, unchanged } = written;
  const shown = relative(io.cwd, written.path);
  io.out(`${shown}: ${planChoiceText({ ...choiceOf(plan), tasks })}\n`);
  if (unchanged) io.err("Nothing to do: the same files are there already.\n");
}

function folderFor({ cwd }: Io, to: string | undefined): string {
  if (to !== undefined) return resolve(cwd, to);
  const repo = findRepository(cwd);
  if (repo) return resolve(repo.top, PLANS_DIR);
  throw new Failed({ reason: "not_a_repository", cwd });
}

/** The newest complete plan; if its message has several, the one that the user asked for. */
async function choosePlan(
  io: Io,
  plans: readonly FoundPlan[],
  transcript: string,
  pick: string | undefined,
): Promise<FoundPlan | undefined> {
  const complete = plans.filter(isComplete);
  const [newest] = complete;
  if (!newest) throw new Failed(noPlan(plans, transcript));
  if (pick !== undefined) return picked(complete, pick);
  const equal = complete.filter(({ line }) => line === newest.line);
  if (equal.length === 1) return newest;
  const choices = equal.map(choiceOf);
  if (canAsk(io)) {
    const at = await choose("Which plan?", choices.map(planChoiceText));
    return at === undefined ? undefined : equal[at];
  }
  io.err(planChoicesText(choices));
  const message = `there are ${equal.length} plans in the same message`;
  throw new Failed({
    reason: "usage",
    message,
    hint: "choose one of them: parex extract --pick 1",
  });
}

function picked(plans: readonly FoundPlan[], pick: string): FoundPlan {
  const plan = plans[Number(pick) - 1];
  if (plan) return plan;
  const message = `--pick takes a number from 1 to ${plans.length}, not ${JSON.stringify(pick)}`;
  throw new Failed({ reason: "usage", message });
}

function noPlan([incomplete]: readonly FoundPlan[], transcript: string) {
  const missing = incomplete?.tasks.filter(({ text }) => text === undefined).map(({ id }) => id);
  return {
    reason: "usage",
    message: incomplete && missing
      ? `the plan "${incomplete.name}" is not complete in ${transcript}: there is no whole text of ` +
        missing.join(", ")
      : `no plan found in ${transcript}`,
    hint: "make one in Claude Code: /parex and what to do in parallel (parex init sets it up), " +
      "or /ctx:plan",
  } as const;
}

function choiceOf({ name, tasks, inline, line }: FoundPlan): PlanChoice {
  return { name, tasks: tasks.length + inline, line };
}
