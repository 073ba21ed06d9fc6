import { dirname, join } from "node:path";
import { Failed } from "../domain/failed.ts";
import { commitMessage } from "../run/task/commit_message.ts";
import { io } from "../util/files.ts";
import { type DemoTask, TASKS } from "./tasks.ts";
import { Git } from "../git/git.ts";

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
export async function doDemoTask(work: DemoWork): Promise<void> {
  const task = TASKS.find(({ id }) => id === work.task);
  if (!task) {
    throw new Failed({
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
  const goal = goalOf(task, work.prompt);
  await step(goal.announcement);
  for (const [path, content] of Object.entries(goal.files)) {
    await step(`Writing ${path}`);
    const file = join(work.worktree, path);
    await io(file, async () => {
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, content);
    });
  }
  if (task.forgetsToCommit) return;
  return await commit(task, goal, work);
}

/** What an attempt is going to do. */
interface Goal {
  announcement: string;
  files: Record<string, string>;
  /** Title of its commit. */
  title: string;
}

/** The flawed way, until the prompt shows that the task's own test has failed. */
function goalOf({ name, solution, flawed }: DemoTask, prompt: string): Goal {
  const test = Object.keys(solution).find((path) => path.startsWith("tests/"));
  if (!flawed) {
    return { announcement: "Following lib/lines.sh", files: solution, title: name };
  }
  if (prompt.includes(`not ok - ${test}`)) {
    return { announcement: `Seeing why ${test} fails`, files: solution, title: flawed.repair };
  }
  const files = { ...solution, ...flawed.solution };
  return { announcement: "Writing down what comes to mind", files, title: name };
}

async function commit(
  task: DemoTask,
  { files, title }: Goal,
  { worktree, say }: DemoWork,
): Promise<void> {
  const git = new Git(worktree);
  const paths = Object.keys(files);
  await git.git(["add", "--", ...paths]);
  const staged = await git.git(["diff", "--cached", "--name-only"]);
  if (staged === "") return; // an attempt before this one got so far
  const message = commitMessage({ title, task: task.id, labels: task.labels });
  await git.git(["commit", "--quiet", "-m", message]);
  say(`Committed ${paths.join(" and ")}`);
}
