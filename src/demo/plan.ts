import { dirname } from "node:path";
import { stringify } from "yaml";
import { PLAN_PATHS } from "../domain/names.ts";
import { type DemoTask, TASKS } from "./tasks.ts";

/** The demo's plan and its task files, by their paths in the repository. */
export function planFiles(created: Date): Record<string, string> {
  const plan = PLAN_PATHS[0];
  const files: Record<string, string> = { [plan]: planYaml(created) };
  for (const task of TASKS) files[`${dirname(plan)}/${fileOf(task)}`] = taskFile(task);
  return files;
}

/** Relative to the plan. */
function fileOf({ id }: DemoTask): string {
  return `tasks/${id}.md`;
}

function planYaml(created: Date): string {
  return stringify({
    metadata: {
      name: "Text statistics",
      created: created.toISOString(),
      status: "ready",
    },
    overview: "Five commands for textstat and a list of all of them.",
    tasks: TASKS.map((task) => {
      const { id, name, priority, dependencies } = task;
      return { id, name, file: fileOf(task), priority, dependencies };
    }),
    success_criteria: ["Every command has a test, and all tests pass"],
  });
}

/** Complete, so that any agent could do the task. */
function taskFile(task: DemoTask): string {
  const { id, priority, dependencies, labels } = task;
  const created = Object.keys(task.solution);
  const test = created.find((path) => path.startsWith("tests/"));
  const frontmatter = stringify({ id, priority, status: "pending", dependencies, labels });
  return `---
${frontmatter}---

# ${task.name}

## 🎯 Objective

${task.objective}

## 🛠️ Implementation Approach

${task.approach}

**Pattern to follow:** \`lib/lines.sh\` and \`tests/lines_test.sh\`. A command's file begins with a
comment of one line that says what it does.

## 📁 Files to Touch

**Create:**
${created.map((path) => `- \`${path}\``).join("\n")}

## 🧪 Tests Required

- \`${test}\`: the objective by example, and a text that is empty or ends a comparison in a tie

## ✅ Acceptance Criteria

- [ ] The command does what the objective says
- [ ] \`sh tests/run.sh\` passes

## ⚠️ Potential Conflicts

None: no other task touches these files.

## 📝 Notes

POSIX shell only.
`;
}
