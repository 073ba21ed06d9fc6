import type { RunRecord } from "../../domain/record.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { oneLine } from "../escape.ts";
import { namesOf } from "../layout.ts";
import { outcomeWords, reasonWords } from "../words.ts";
import { countdown } from "./phrases.ts";

/** What is happening to a task at a moment, or what it waits for, in a few words. */
export function doingWords(task: TaskRecord, record: RunRecord, now: number): string {
  if (task.parked) return `usage limit: waiting ${countdown(task.parked.until, now)}`;
  switch (task.status) {
    case "blocked":
      return reasonWords(task.reason);
    case "pending":
      return pendingWords(task, record);
    case "in_progress":
      return progressWords(task, record);
    case "testing":
      return testingWords(task);
    case "completed":
      return landingWords(task, record);
  }
}

function testingWords(task: TaskRecord): string {
  if (task.checking) return `running ${oneLine(task.checking.name)}`;
  const done = checksOf(task);
  const failed = done.find(({ exitCode }) => exitCode !== 0);
  if (failed) return `${oneLine(failed.name)} failed`;
  return done.length === 0 ? "waiting for a check slot" : "checks passed";
}

function pendingWords({ dependencies }: TaskRecord, { tasks }: RunRecord): string {
  const open = dependencies.filter((id) => tasks.get(id)?.status !== "completed");
  return open.length === 0 ? "waits for a free slot" : `waits for ${namesOf(open)}`;
}

function progressWords(task: TaskRecord, record: RunRecord): string {
  const { checking, worktree, activity, attempts } = task;
  if (checking) return `running ${oneLine(checking.name)}`;
  const attempt = attempts.at(-1);
  if (!attempt) return worktree === undefined ? "creating its worktree" : "setting up";
  if (attempt.ms === undefined) {
    const which = `attempt ${attemptOf(attempt.attempt, record)}`;
    return attempt.attempt > 1 && activity !== undefined
      ? `${which}: ${oneLine(activity)}`
      : oneLine(activity ?? which);
  }
  const why = repairReason(task);
  if (why === undefined) return "committing";
  return `queued ${attemptOf(attempt.attempt + 1, record)}: ${why}`;
}

/** `2/3`; an older journal does not say of how many. */
function attemptOf(attempt: number, { settings }: RunRecord): string {
  return settings === undefined ? `${attempt}` : `${attempt}/${settings.attempts}`;
}

/** Why a task whose agent has finished needs another attempt; undefined: it does not yet. */
function repairReason(task: TaskRecord): string | undefined {
  const last = task.attempts.at(-1);
  if (last?.outcome !== undefined && last.outcome !== "finished") return outcomeWords(last.outcome);
  const failed = checksOf(task).findLast(({ exitCode }) => exitCode !== 0);
  if (failed) return `${oneLine(failed.name)} failed${failed.merged ? " on the merge" : ""}`;
  // It was completed, and is at work again.
  const back = last !== undefined && (task.spans.at(-1)?.start ?? 0) > last.startedAt;
  return back ? "merge conflict" : undefined;
}

/** Those of its last attempt. */
function checksOf({ attempts, checks }: TaskRecord) {
  const last = attempts.at(-1);
  return checks.filter(({ attempt, run, name }) =>
    name !== "setup" && attempt === last?.attempt && run === last?.run
  );
}

function landingWords({ landed, checking }: TaskRecord, record: RunRecord): string {
  if (landed) return landed.how === "merge" ? "merged" : "pull request open";
  if (record.finished) return "";
  switch (record.settings?.land) {
    case "merge":
      return checking ? `${oneLine(checking.name)} on the merge` : "in the merge queue";
    case "pr":
      return "opening its pull request";
    default:
      return "";
  }
}
