import type { Task, TaskId } from "../../domain/task.ts";
import { oneLine } from "../escape.ts";
import { cut } from "../layout.ts";
import { defused } from "./defuse.ts";
import { code, cutMarkdown, markOf } from "./managed_part.ts";

const TITLE_LIMIT = 256;
const MORE = "see the task's file for the rest.";

/** The key by which a task's issue is found again; the one about a block has the task's id alone. */
export function taskIssueKey(id: TaskId): string {
  return `task/${id}`;
}

/** The mark of the comment that a run makes once on a blocked task's issue. */
export function blockedMark(identity: string, id: TaskId, run: string): string {
  return markOf(identity, `blocked/${id}/${run}`);
}

export function taskIssueTitle(task: Task, prefix: string): string {
  return cut(oneLine(prefix + (task.title ?? task.name)) || task.id, TITLE_LIMIT);
}

export interface TaskIssueFacts {
  task: Task;
  plan: string;
  /** Numbers of the issues of the tasks that it waits for, or their ids where there are none. */
  dependsOn: readonly (number | string)[];
}

/** parex's part of an issue's text: the task's specification, and its place in the plan. */
export function taskIssuePart({ task, plan, dependsOn }: TaskIssueFacts, room: number): string {
  const refs = dependsOn.map((one) => typeof one === "number" ? `#${one}` : code(one));
  const facts = [
    ...(refs.length === 0 ? [] : [`- Depends on ${refs.join(", ")}`]),
    `- Priority: ${task.priority}`,
    `- Task ${code(task.id)} of the plan ${code(oneLine(plan))}`,
  ].join("\n");
  const text = defused(task.body.replaceAll("\r\n", "\n").trim());
  return cutMarkdown(`${cutMarkdown(text, room - facts.length - 2, MORE)}\n\n${facts}`, room, MORE);
}
