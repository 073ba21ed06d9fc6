import { Failed, valueOf } from "../domain/failed.ts";
import type { Landing, RunOutcome } from "../../machines/ports.ts";
import { makeAgent } from "../agent/agents.ts";
import type { RunEvent } from "../domain/event.ts";
import type { Failure } from "../domain/failure.ts";
import { dependenciesFirst } from "../domain/graph.ts";
import type { Plan } from "../domain/plan.ts";
import type { Settings } from "../domain/settings.ts";
import { unknownTask } from "../domain/suggest.ts";
import type { Task, TaskId } from "../domain/task.ts";
import { shutdown } from "../exec/shutdown.ts";
import { lockFailure } from "../journal/lock.ts";
import { stateDir } from "../journal/store.ts";
import { isAncestor } from "../git/ancestry.ts";
import { planBranches } from "../git/branches.ts";
import { findBase } from "../git/prerequisites.ts";
import type { Repository } from "../git/repository.ts";
import { verifyIntegration } from "./landing/integration.ts";
import { openRun } from "./preflight.ts";
import { retire } from "./task/retire.ts";
import { MergeQueue } from "./landing/merge_queue.ts";

export interface MergeInput {
  repo: Repository;
  plan: Plan;
  /** Tasks to land; none: every completed one. */
  tasks: readonly TaskId[];
  settings: Settings;
  /** The last run that had agents. */
  worked?: string | undefined;
  /** The commits by which tasks have landed before, where that is known. */
  landed: ReadonlyMap<TaskId, string | undefined>;
  onEvent: (event: RunEvent) => void;
}

/** The result for a task that was to land. */
export interface MergeOutcome {
  task: TaskId;
  /** Its merge into the base. */
  sha?: string | undefined;
  /** It had landed already. */
  before?: true | undefined;
  failure?: Failure | undefined;
}

export interface MergeReport {
  outcomes: MergeOutcome[];
  exitCode: number;
}

export interface Merging {
  /** Rejects for bugs only. */
  done: Promise<MergeReport>;
  /** Lands nothing more; the base stays as it is. */
  interrupt(): void;
  /** Kills everything at once. */
  abort(): Promise<void>;
}

/** Lands completed work through the merge queue, without an agent: a task that is refused stays as it is. */
export function mergeCompleted(input: MergeInput): Merging {
  const stop = new AbortController();
  return {
    done: merge(input, stop),
    interrupt: () => stop.abort(),
    abort: async () => {
      stop.abort();
      await shutdown(0);
    },
  };
}

async function merge(input: MergeInput, stop: AbortController): Promise<MergeReport> {
  const { plan } = input;
  const { signal } = stop;
  // What a run has not completed yet may be about to be.
  const held = lockFailure(stateDir(input.repo.commonDir));
  if (held) throw new Failed(held);
  const { chosen, before } = await choose(input);
  if (chosen.length === 0) return { outcomes: before, exitCode: 0 };
  const settings: Settings = { ...input.settings, land: "merge", allowDirty: true };
  const agent = valueOf(makeAgent(settings.agent, settings));
  const selection = { tasks: chosen, skipped: [], leftovers: [] };
  const { repo, onEvent, worked } = input;
  let lost: Failure | undefined;
  const onLost = (failure: Failure) => {
    lost = failure;
    stop.abort();
  };
  const { scope, statuses, record, finish, close } = await openRun({
    repo,
    plan,
    selection,
    settings,
    agent,
    onEvent,
    onLost,
    agentless: true,
    worked,
  });
  const queue = new MergeQueue(scope);
  try {
    const landings = await Promise.all(
      chosen.map(({ id }) => queue.land({ task: id }, signal)),
    );
    const outcomes = chosen.map(({ id }, at) => {
      const landing = landings[at];
      // It was blocked, and a person has repaired it.
      if (landing?.kind === "landed") statuses.announce({ task: id, status: "completed" });
      return outcomeOf(id, landing, record.tasks.get(id)?.landed?.sha);
    });
    for (const { task, failure } of outcomes) if (!failure) await retire(scope, task);
    if (!signal.aborted) await verifyIntegration(scope, queue, signal);
    await queue.close();
    await scope.installed?.close();
    const outcome: RunOutcome = { kind: signal.aborted ? "interrupted" : "finished" };
    finish(outcome);
    if (lost) throw new Failed(lost);
    return { outcomes: [...before, ...outcomes], exitCode: record.finished?.exit_code ?? 1 };
  } finally {
    close();
  }
}

function outcomeOf(task: TaskId, landing: Landing | undefined, sha?: string): MergeOutcome {
  if (landing && "failure" in landing) return { task, failure: landing.failure };
  return { task, sha };
}

/** The tasks to land, dependencies first, and the named ones that have landed already. */
async function choose(
  input: MergeInput,
): Promise<{ chosen: Task[]; before: MergeOutcome[] }> {
  const { repo, plan, tasks } = input;
  const base = await findBase(repo, input.settings.base);
  const branches = await planBranches(repo, plan.identity);
  const inOrder = dependenciesFirst(plan.tasks);
  const hasBranch = ({ id }: Task) => branches.has(repo.branchOf(id));
  if (tasks.length === 0) {
    const completed = inOrder.filter((task) => task.status === "completed" && hasBranch(task));
    return { chosen: await notLanded(repo, base.base, completed), before: [] };
  }
  for (const id of tasks) {
    const task = plan.tasks.find((one) => one.id === id);
    if (!task) throw new Failed(unknownTask(id, plan.tasks.map((one) => one.id)));
    if (input.landed.has(id) && !hasBranch(task)) continue;
    const why = unlandable(task, hasBranch(task));
    if (why !== undefined) {
      throw new Failed({
        reason: "usage",
        message: `${id} cannot land: ${why}`,
        hint: "parex status",
      });
    }
  }
  const named = inOrder.filter(({ id }) => tasks.includes(id));
  const chosen = await notLanded(repo, base.base, named.filter(hasBranch));
  const before = named.filter((task) => !chosen.includes(task)).map(({ id }): MergeOutcome => {
    const sha = input.landed.get(id);
    return { task: id, before: true, sha };
  });
  return { chosen, before };
}

async function notLanded(repo: Repository, base: string, tasks: Task[]): Promise<Task[]> {
  const left: Task[] = [];
  for (const task of tasks) {
    const branch = `refs/heads/${repo.branchOf(task.id)}`;
    const contained = await isAncestor(repo, branch, `refs/heads/${base}`);
    if (!contained) left.push(task);
  }
  return left;
}

/** A blocked task may be named: then a person has repaired it, and the queue checks it. */
function unlandable({ status }: Task, hasBranch: boolean): string | undefined {
  if (!hasBranch) return "it has no branch of this plan's";
  return status === "completed" || status === "blocked" ? undefined : `it is ${status}`;
}
