import type { PullRequestOutcome } from "../../domain/pull_request.ts";
import type { Notice } from "../../domain/notice.ts";
import type { TaskId } from "../../domain/task.ts";
import { oneLine } from "../escape.ts";
import { noticeWords } from "../messages/notice.ts";
import { explain } from "../messages/explain.ts";

const ID_WIDTH = 12;
const STATE_WIDTH = 8;

/** One line of `parex prs`: the task, what became of its pull request, and where that is. */
export function pullRequestLine(outcome: PullRequestOutcome): string {
  const id = oneLine(outcome.task).padEnd(ID_WIDTH);
  return `${id}  ${outcome.state.padEnd(STATE_WIDTH)}  ${whatOf(outcome)}`;
}

/** Something about a task that a person should know, as a line of stderr. */
export function noticeLine(task: TaskId, notice: Notice): string {
  return `${oneLine(task)}: ${oneLine(noticeWords(notice, task))}\n`;
}

function whatOf(outcome: PullRequestOutcome): string {
  switch (outcome.state) {
    case "nothing":
      return `${oneLine(outcome.branch)} is in the base, or has been deleted`;
    case "failed":
      return oneLine(explain(outcome.failure, { task: outcome.task }).message);
    default:
      return oneLine(outcome.url);
  }
}
