import type { TaskIssueOutcome } from "../../domain/task_issue.ts";
import { oneLine } from "../escape.ts";
import { explain } from "../messages/explain.ts";

const ID_WIDTH = 12;
const STATE_WIDTH = 8;

/** One line of `parex issues`: the task, what became of its issue, and where that is. */
export function issueLine(outcome: TaskIssueOutcome): string {
  const id = oneLine(outcome.task).padEnd(ID_WIDTH);
  const what = outcome.state === "failed"
    ? explain(outcome.failure, { task: outcome.task }).message
    : outcome.url;
  return `${id}  ${outcome.state.padEnd(STATE_WIDTH)}  ${oneLine(what)}`;
}
