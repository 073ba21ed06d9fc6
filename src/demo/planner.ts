import type { DraftedTask } from "../planner/draft.ts";
import { type DemoTask, TASKS } from "./tasks.ts";

export const DEMO_REQUEST =
  "commands that count words, find frequent ones and the longest line, report on a " +
  "text and list all commands";

/** The answers of the demo's planner: first a chain, then, after the critique, a parallel plan. */
export function demoDraft(prompt: string): string {
  const told = prompt.includes("one chain");
  const tasks = TASKS.map((task, at) => {
    const before = TASKS[at - 1];
    return draftedTask(task, told ? task.dependencies : before ? [before.id] : []);
  });
  return JSON.stringify({ name: "Text statistics", tasks });
}

function draftedTask(task: DemoTask, dependencies: string[]): DraftedTask {
  const { id, name, priority, objective, approach } = task;
  const create = Object.keys(task.solution);
  return {
    id,
    name,
    priority,
    dependencies,
    objective,
    approach,
    files: { create },
    tests: create.filter((path) => path.startsWith("tests/")),
    acceptance: ["The command does what the objective says", "`sh tests/run.sh` passes"],
    notes: "",
  };
}
