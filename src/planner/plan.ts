import { Failed } from "../domain/failed.ts";
import type { Plan, Problem } from "../domain/plan.ts";
import type { Task } from "../domain/task.ts";
import { checkGraph } from "../plan/graph.ts";
import { checkIds } from "../plan/rules.ts";
import type { Ask } from "./ask.ts";
import { criticize, type Critique } from "./critic.ts";
import { type Draft, readDraft, tasksOf } from "./draft.ts";
import { critiquePrompt, planPrompt, promptWithHistory } from "./prompt.ts";

export interface PlanInput {
  wish: string;
  ask: Ask;
  /** At most as many drafts. */
  rounds: number;
  /** The plan that the drafted tasks are added to. */
  plan?: Plan | undefined;
  /** What has happened, for people. */
  say: (line: string) => void;
}

export interface Planned {
  name: string;
  tasks: Task[];
  /** What the critic would still change. */
  advice: string[];
  /** Drafts that were made. */
  rounds: number;
  costUsd?: number | undefined;
}

/** Drafts a plan: the planner's last draft, when the critic is satisfied or the rounds are over. */
export async function draftPlan({ wish, ask, rounds, plan, say }: PlanInput): Promise<Planned> {
  const first = planPrompt(wish, plan);
  let prompt = first;
  let session: string | undefined;
  let cost: number | undefined;
  let best: Planned | undefined;
  let found: Critique = { errors: [], advice: [] };
  for (let round = 1; round <= rounds; round++) {
    say(round === 1 ? "asking for a draft" : `draft ${round} of at most ${rounds}`);
    const { answer, session: now, costUsd } = await ask(prompt, session);
    session = now;
    if (costUsd !== undefined) cost = (cost ?? 0) + costUsd;
    const read = readDraft(answer);
    if ("draft" in read) {
      const tasks = tasksOf(read.draft);
      found = judge(read.draft, tasks, plan);
      if (found.errors.length === 0) {
        best = { name: read.draft.name, tasks, advice: found.advice, rounds: round, costUsd: cost };
      }
    } else found = { errors: [read.problem], advice: [] };
    const findings = [...found.errors, ...found.advice];
    if (findings.length === 0) break;
    for (const finding of findings) say(`  ${finding}`);
    const critique = critiquePrompt(found);
    prompt = session === undefined ? promptWithHistory(first, answer, critique) : critique;
  }
  if (best) return best;
  throw new Failed({
    reason: "usage",
    message: `no draft of ${rounds} was a valid plan; the last one: ${found.errors.join("; ")}`,
    hint: "say more of what is wanted, or allow more drafts: --rounds 5",
  });
}

/** Critique of the draft's tasks by themselves, and of their order together with the plan. */
function judge(draft: Draft, tasks: readonly Task[], plan: Plan | undefined): Critique {
  const old = plan?.tasks ?? [];
  const all = [...old, ...tasks];
  const at = { line: 1, column: 1 };
  const entries = all.map(({ id, dependencies }) => ({
    id: { value: id, at },
    dependencies: dependencies.map((value) => ({ value, at })),
  }));
  const empty: Problem[] = draft.tasks.filter(({ objective }) => objective.trim() === "")
    .map(({ id }) => ({
      severity: "error",
      code: "empty-task",
      file: "",
      ...at,
      message: `${id} has no objective`,
      hint: "say what is true when it is done",
    }));
  const found = criticize(tasks, [
    ...checkIds(entries, ""),
    ...checkGraph(all, entries, ""),
    ...empty,
  ]);
  if (!plan) return found;
  // A single task is not a chain, but it may change the order of others.
  return {
    errors: found.errors,
    advice: criticize(all, []).advice.filter((line) => tasks.some(({ id }) => line.includes(id))),
  };
}
