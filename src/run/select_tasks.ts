import { valueOf } from "../domain/failed.ts";
import { type Plan, withoutGroups } from "../domain/plan.ts";
import type { Beginning } from "../domain/resume.ts";
import { select, type Selection } from "../domain/selection.ts";
import type { Settings } from "../domain/settings.ts";
import type { TaskId } from "../domain/task.ts";
import type { Repository } from "../git/repository.ts";
import { landingsLeft } from "./landing/unlanded.ts";
import { selectRemainder, type Unfinished } from "./resume/resume.ts";
import { retriesOf } from "./resume/retry.ts";

export interface Selected {
  plan: Plan;
  selection: Selection;
  /** Where tasks begin that earlier runs have worked on. */
  beginnings: Map<TaskId, Beginning>;
  resume?: Unfinished;
}

interface SelectionInput {
  repo: Repository;
  settings: Settings;
  /** The run to resume; absent: a new one. */
  resume?: Unfinished;
}

/** The tasks of a plan to execute, and the completed ones that only have to land. */
export async function selectTasks(
  plan: Plan,
  { repo, resume, settings }: SelectionInput,
): Promise<Selected> {
  if (resume) {
    const remainder = selectRemainder(plan, resume, settings);
    const { tasks, run } = resume.record;
    const unbegun = [...remainder.beginnings].filter(([id, { at, answered }]) =>
      at === "preparing" && !answered && tasks.get(id)?.attempts.length === 0
    );
    const retries = await retriesOf(repo, plan, unbegun.map(([id]) => id), run);
    const beginnings = new Map([...remainder.beginnings, ...retries]);
    return { ...remainder, beginnings, resume };
  }
  const chosen = valueOf(select(plan.tasks, withoutGroups(plan, settings.only)));
  const blocked = chosen.tasks.filter(({ status }) => status === "blocked");
  const beginnings = new Map([
    ...await landingsLeft(repo, plan, chosen.skipped, settings),
    ...await retriesOf(repo, plan, blocked.map(({ id }) => id)),
  ]);
  const left = new Set([...chosen.tasks.map(({ id }) => id), ...beginnings.keys()]);
  const selection = {
    ...chosen,
    tasks: plan.tasks.filter(({ id }) => left.has(id)),
    skipped: chosen.skipped.filter(({ id }) => !left.has(id)),
  };
  return { plan, selection, beginnings };
}
