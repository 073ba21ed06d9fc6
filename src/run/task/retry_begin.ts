import { resultOf } from "../../domain/failed.ts";
import { type Beginning, whereToRetry } from "../../domain/resume.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { movesOf } from "../../git/reflog.ts";
import { changes } from "../../git/commit.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";
import { exists } from "../../util/files.ts";

/** Where a blocked task begins when a person tries it again. `attempt` is the next one's number. */
export async function retryFrom(
  repo: Repository,
  task: TaskRecord,
  attempt: number,
): Promise<Beginning> {
  const begin = whereToRetry(task, attempt, await isTakenOver(repo, task));
  return await unlessEdited(repo, task, begin);
}

/** How git begins the note of a branch's move that makes commits; parex and agents have notes of their own. */
const BY_A_PERSON = /^(?:commit|cherry-pick|revert|merge|rebase|pull|am)\b/;

/** Whether the last who has committed on the task's branch is a person. */
async function isTakenOver(repo: Repository, { id }: TaskRecord): Promise<boolean> {
  const [last] = await movesOf(repo, `refs/heads/${repo.branchOf(id)}`);
  return last !== undefined && BY_A_PERSON.test(last.message);
}

/** Somebody has begun to repair it in its worktree: its agent continues there. */
async function unlessEdited(
  repo: Repository,
  task: TaskRecord,
  begin: Beginning,
): Promise<Beginning> {
  const worktree = new Worktree(repo, task.id);
  if (begin.at === "preparing" || !exists(`${worktree.path}/.git`)) return begin;
  const edited = await resultOf(() => changes(worktree));
  if (!edited.ok || edited.value.length === 0) return begin;
  const { failure, message = "" } = task;
  return { ...begin, at: "preparing", blockedBy: { failure, message } };
}
