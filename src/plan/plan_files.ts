import { stringify } from "yaml";
import type { Plan } from "../domain/plan.ts";
import type { Task } from "../domain/task.ts";

/** A plan in parex's own format: the texts of its files by their paths in its folder. */
export function planFilesOf(
  { name, tasks }: Pick<Plan, "name" | "tasks">,
  source?: string,
): Map<string, string> {
  const files = new Map(tasks.map((task) => [fileOf(task), taskFile(task)]));
  const metadata = { name, source };
  const index = { metadata, tasks: tasks.map(entryOf) };
  files.set("plan.yaml", stringify(index, { lineWidth: 0 }));
  return files;
}

/** What the index says of a task. */
export function entryOf(task: Task): Record<string, unknown> {
  const { id, name, priority, dependencies } = task;
  return { id, name, file: fileOf(task), priority, dependencies };
}

/** The task file's path in the plan's folder. */
export function fileOf({ id }: Task): string {
  return `tasks/${id}.md`;
}

export function taskFile(
  { id, priority, status, dependencies, labels, issue, body }: Task,
): string {
  const frontmatter = stringify({
    id,
    priority,
    status,
    dependencies,
    labels,
    issue,
  }, { lineWidth: 0 });
  return `---\n${frontmatter}---\n\n${body}`;
}
