import { stringify } from "yaml";
import type { Plan } from "../../domain/plan.ts";
import type { Task } from "../../domain/task.ts";

/** A plan in parex's own format: the texts of its files by their paths in its folder. */
export function planFilesOf(
  { name, tasks }: Pick<Plan, "name" | "tasks">,
  source?: string,
): Map<string, string> {
  const files = new Map(tasks.map((task) => [fileOf(task), taskFile(task)]));
  const index = {
    metadata: { name, ...(source === undefined ? {} : { source }) },
    tasks: tasks.map((task) => ({
      id: task.id,
      name: task.name,
      file: fileOf(task),
      priority: task.priority,
      dependencies: task.dependencies,
    })),
  };
  files.set("plan.yaml", stringify(index, { lineWidth: 0 }));
  return files;
}

function fileOf({ id }: Task): string {
  return `tasks/${id}.md`;
}

function taskFile({ id, priority, status, dependencies, labels, issue, body }: Task): string {
  const frontmatter = stringify({
    id,
    priority,
    status,
    dependencies,
    labels,
    ...(issue === undefined ? {} : { issue }),
  }, { lineWidth: 0 });
  return `---\n${frontmatter}---\n\n${body}`;
}
