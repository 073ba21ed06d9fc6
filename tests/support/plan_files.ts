/** Plans as planners write them. */

export interface PlanTask {
  after?: string[];
  priority?: string;
  status?: string;
  labels?: string[];
  title?: string;
  /** Files to touch; by default one of its own. */
  creates?: string[];
  /** The whole task file, where another one than the usual is wanted. */
  file?: string;
}

export type PlanTasks = Record<string, PlanTask>;

const FOLDER = ".parallel/plans";

/** Where a task's file lies, relative to the repository. */
export function taskFileOf(id: string): string {
  return `${FOLDER}/tasks/${id}.md`;
}

/** `plan.yaml` and the task files, by their paths in the repository. */
export function planFiles(tasks: PlanTasks, name = "Sample"): Record<string, string> {
  const files: Record<string, string> = { [`${FOLDER}/plan.yaml`]: planYaml(tasks, name) };
  for (const [id, task] of Object.entries(tasks)) {
    files[taskFileOf(id)] = task.file ?? taskFile(id, task);
  }
  return files;
}

function planYaml(tasks: PlanTasks, name: string): string {
  const entries = Object.entries(tasks).map(([id, { after = [], priority = "medium" }]) =>
    `  - id: "${id}"
    name: "Task ${id}"
    file: "tasks/${id}.md"
    priority: "${priority}"
    dependencies: [${after.map((other) => `"${other}"`).join(", ")}]
`
  );
  return `metadata:
  name: "${name}"
  status: "ready"

tasks:
${entries.join("\n")}`;
}

function taskFile(id: string, task: PlanTask): string {
  const { after = [], priority = "medium", status = "pending", labels = [], title } = task;
  const { creates = [`${id}.txt`] } = task;
  return `---
id: ${id}
priority: ${priority}
status: ${status}
dependencies: [${after.join(", ")}]
labels: [${labels.join(", ")}]
---

# ${title ?? `Do ${id}`}

## 🎯 Objective

Make \`${id}.txt\`.

## 📁 Files to Touch

**Create:**
${creates.map((path) => `- \`${path}\``).join("\n")}

## ✅ Acceptance Criteria

- [ ] The file is there
`;
}
