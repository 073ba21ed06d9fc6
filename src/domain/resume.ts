import { conversationOnResume } from "./conversation.ts";
import type { Failure } from "./failure.ts";
import { dependenciesFirst } from "./graph.ts";
import { spentUsd } from "./prices.ts";
import type { Answered } from "./question.ts";
import type { RunRecord } from "./record.ts";
import type { Status, Task, TaskId } from "./task.ts";
import type { AnswerRecord, AttemptRecord, TaskRecord } from "./task_record.ts";

/** Where the life of a task is taken up that an earlier process of the run has left. */
export interface Beginning {
  at:
    /** Its worktree is made ready, and this attempt is made. */
    | "preparing"
    /** This attempt has ended; what that means is still to be decided. */
    | "working"
    /** The work of this attempt is committed. */
    | "testing"
    /** It is completed. */
    | "landing";
  attempt: number;
  /** The attempt was started, and only the end of parex ended it. */
  cutOff?: true | undefined;
  /** Repairs that others have overtaken: they count as no attempt. */
  overtaken?: number;
  /** It gets all attempts, whatever it has used before. */
  again?: true;
  /** A person tries it again: why it was blocked, to be told to its agent. */
  blockedBy?: Blocked | undefined;
  /** The agent's conversation, to continue. */
  conversation?: string | undefined;
  /** What it asked in the last attempt, and has not heard the answer to yet. */
  answered?: Answered;
  /** At `working`: how the attempt ended. */
  ended?: AttemptRecord;
}

/** Why a task was blocked, as its record has it. */
export interface Blocked {
  failure?: Failure | undefined;
  message: string;
}

/** Decides from a task's record where it continues: no finished attempt is repeated. */
export function whereToBegin(task: TaskRecord): Beginning {
  const last = task.attempts.at(-1);
  const attempt = last?.attempt ?? 1;
  const answer = task.answers.at(-1);
  if (answer && !answer.heard) return withAnswer(answer, last);
  const conversation = conversationOnResume(task, last);
  if (task.status === "completed") return { at: "landing", attempt, conversation };
  if (!last) return { at: "preparing", attempt };
  if (wasInterrupted(last)) return { at: "preparing", attempt, cutOff: true, conversation };
  if (last.committed) return { at: "testing", attempt, conversation };
  return { at: "working", attempt, conversation, ended: last };
}

/** Where a task continues after an answer to its agent. */
export function withAnswer(
  { question, answer, session }: Omit<AnswerRecord, "heard">,
  last?: AttemptRecord,
): Beginning {
  const again = last !== undefined && wasInterrupted(last);
  return {
    at: "preparing",
    attempt: last ? last.attempt + (again ? 0 : 1) : 1,
    cutOff: again || undefined,
    conversation: session,
    answered: { question, answer },
  };
}

/**
 * Where a blocked task begins when a person tries it again: work that only failed to land is not done
 * again; with `takenOver` a person has committed the work, and it is checked; otherwise its agent is told why
 * it was blocked. `attempt` is the next one's number.
 */
export function whereToRetry(task: TaskRecord, attempt: number, takenOver: boolean): Beginning {
  const { failure, message = "", attempts } = task;
  const done = Math.max(1, attempt - 1);
  if (!takenOver && failure && failedToLand(failure)) {
    return { at: "landing", attempt: done, again: true };
  }
  if (takenOver || failure?.reason === "push_failed") {
    return { at: "testing", attempt: done, again: true };
  }
  const blockedBy = attempts.length === 0 ? undefined : { failure, message };
  return { at: "preparing", attempt, again: true, blockedBy };
}

/** Whether the work was committed and had passed its checks on its own branch. */
function failedToLand(failure: Failure): boolean {
  switch (failure.reason) {
    case "merge_conflict":
    case "checks_failed":
      return failure.onto !== undefined;
    case "base_protected":
    case "base_diverged":
    case "pull_request_failed":
    case "pull_request_closed":
    case "github_failed":
    case "github_denied":
    case "gh_logged_out":
    case "gh_missing":
      return true;
    default:
      return false;
  }
}

/** Whether the attempt is repeated, because it had no result. */
function wasInterrupted({ outcome }: AttemptRecord): boolean {
  return outcome === undefined || outcome === "interrupted" || outcome === "refused" ||
    outcome === "lost";
}

/** What is left of a run. */
export interface Remainder {
  /** Every task of the plan, with its status in this run. */
  tasks: Task[];
  /** To be executed, in the order of the plan. */
  left: Task[];
  beginnings: Map<TaskId, Beginning>;
}

/**
 * Decides what is left of a run to do. The record is what counts, not the task files: a status line
 * may be a step ahead of it. But if the run has not started a task and its file says completed, a
 * person did it.
 */
export function remainderOf(plan: readonly Task[], run: RunRecord, lands: boolean): Remainder {
  const tasks = plan.map((task) => {
    const known = run.tasks.get(task.id);
    return known ? { ...task, status: statusIn(known, task.status) } : task;
  });
  const unfinished = tasks.filter(({ id, status }) => {
    const known = run.tasks.get(id);
    if (!known?.selected || status === "blocked") return false;
    return status !== "completed" || (lands && known.status === "completed" && !known.landed);
  });
  const left = withoutWaiting(unfinished, tasks);
  const beginnings = new Map(left.flatMap(({ id }) => {
    const known = run.tasks.get(id);
    const overtaken = run.conflicts.met.filter((met) => met.task === id && met.overtaken).length;
    if (!known) return [];
    return [[id, { ...whereToBegin(known), ...(overtaken > 0 && { overtaken }) }]];
  }));
  return { tasks, left, beginnings };
}

/** Without those that wait for a task that is neither completed nor among them. */
function withoutWaiting(unfinished: readonly Task[], all: readonly Task[]): Task[] {
  const wanted = new Set(unfinished.map(({ id }) => id));
  const reachable = new Set<TaskId>();
  for (const { id, status, dependencies } of dependenciesFirst(all)) {
    const free = dependencies.every((dependency) => reachable.has(dependency));
    if (status === "completed" || (wanted.has(id) && free)) reachable.add(id);
  }
  return unfinished.filter(({ id }) => reachable.has(id));
}

function statusIn(known: TaskRecord, inFile: Status): Status {
  if (!known.selected) return inFile;
  const untouched = known.status === "pending" && known.attempts.length === 0;
  return untouched && inFile === "completed" ? inFile : known.status;
}

/** What the attempts of a run have cost so far; estimated where agents did not report it. */
export function spentIn(run: RunRecord): number {
  return [...run.tasks.values()].flatMap(({ attempts }) => attempts)
    .reduce((sum, { usage }) => sum + spentUsd(usage), 0);
}
