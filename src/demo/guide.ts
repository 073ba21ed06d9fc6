import { join } from "node:path";
import { shellWord } from "../exec/quote.ts";

/** What the demo prints at its start. */
export function introduction(folder: string): string {
  return `A sample project with a plan of six tasks, done by a scripted agent that is part
of parex. The second attempt of task-2 repairs what its first got wrong; task-4
forgets to commit. What is completed lands on main through the merge queue:
merged, checked again, and only then on main.
Repository: ${folder}

`;
}

/** What a user can look at after the demo's run. `program` calls parex, as a shell word or line. */
export function demoTour(folder: string, program: string): string {
  const lines = [
    "What to look at:",
    `  cd ${shellWord(folder)}`,
    "  git log --graph --oneline         # main, with a merge for each task",
    "  git log --first-parent --oneline  # every one of these has passed the checks",
    "  git worktree list                 # where the agents worked",
    "  bin/textstat report < README.md   # what it all adds up to",
    `  ${program} status`,
    `  ${program} report`,
    "",
    `The plan is ${join(".parallel", "plans", "plan.yaml")},`,
    `the project's configuration ${join(".parallel", "config.yaml")}.`,
    "The repository stays until you remove it:",
    `  rm -rf ${shellWord(folder)}`,
  ];
  return `\n${lines.join("\n")}\n`;
}

/** What the demo of planning prints at its start. */
export function planningIntroduction(folder: string, wish: string): string {
  return `A sample project, and a wish: ${wish}.
A scripted planner drafts the plan. Its first draft is one long chain; parex sends
it back with the figures, and the second one is parallel.
Repository: ${folder}

`;
}

/** What the demo of planning prints at its end. */
export function planningTour(folder: string, program: string): string {
  const lines = [
    "What to do next:",
    `  cd ${shellWord(folder)}`,
    `  ${program} execute --land merge    # the scripted agent does the tasks`,
    "The repository stays until you remove it:",
    `  rm -rf ${shellWord(folder)}`,
  ];
  return `\n${lines.join("\n")}\n`;
}

/** What the demo prints if its run failed. */
export function demoLeftovers(folder: string): string {
  return `\nThe demo did not finish. Its files are kept in ${folder}\n`;
}
