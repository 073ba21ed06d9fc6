import { dirname, join } from "node:path";
import { commitMessage } from "../agent/commit_message.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { io } from "../git/files.ts";
import { gitOk } from "../git/git.ts";
import { type DemoTask, TASKS } from "./tasks.ts";

export interface DemoWork {
  /** The task's id. */
  task: string;
  prompt: string;
  /** Absolute. */
  worktree: string;
  say: (line: string) => void;
  /** Between one step and the next, so that there is something to watch. */
  pauseMs: number;
}

/** Does a task of the demo as an agent would: step by step, and not always right at once. */
export async function doDemoTask(work: DemoWork): Promise<Result<void>> {
  const task = TASKS.find(({ id }) => id === work.task);
  if (!task) {
    return fail({
      reason: "usage",
      message: `the demo has no task '${work.task}'`,
      hint: "parex demo",
    });
  }
  const step = async (line: string) => {
    work.say(line);
    await new Promise((resolve) => setTimeout(resolve, work.pauseMs));
  };
  await step(`Reading the specification of ${task.id}`);
  const files = filesFor(task, work.prompt);
  await step(files === task.solution ? "Following lib/lines.sh" : "Writing it down quickly");
  for (const [path, content] of Object.entries(files)) {
    await step(`Writing ${path}`);
    const file = join(work.worktree, path);
    const written = await io(file, async () => {
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, content);
    });
    if (!written.ok) return written;
  }
  return task.forgetsToCommit ? ok() : await commit(task, Object.keys(files), work);
}

/** The flawed files, until the prompt shows that the task's own test has failed. */
function filesFor(task: DemoTask, prompt: string): Record<string, string> {
  const test = Object.keys(task.solution).find((path) => path.startsWith("tests/"));
  const repairs = prompt.includes(`not ok - ${test}`);
  return task.flawed && !repairs ? { ...task.solution, ...task.flawed } : task.solution;
}

async function commit(
  task: DemoTask,
  paths: string[],
  { worktree: cwd, say }: DemoWork,
): Promise<Result<void>> {
  const added = await gitOk(["add", "--", ...paths], { cwd });
  if (!added.ok) return added;
  const staged = await gitOk(["diff", "--cached", "--name-only"], { cwd });
  if (!staged.ok) return staged;
  if (staged.value === "") return ok(); // an attempt before this one got so far
  const message = commitMessage({ title: task.name, task: task.id, labels: task.labels });
  const done = await gitOk(["commit", "--quiet", "-m", message], { cwd });
  if (!done.ok) return done;
  say(`Committed ${paths.join(" and ")}`);
  return ok();
}
