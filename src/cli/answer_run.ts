import { Failed } from "../domain/failed.ts";
import { recordOf } from "../domain/record.ts";
import type { TaskId } from "../domain/task.ts";
import { repositoryAt } from "./repository.ts";
import { lastQuestionOf, questionOf, submitAnswer, withdrawAnswer } from "../run/task/answers.ts";
import { followJournal } from "../journal/tail.ts";
import { lastRun } from "../run/resume/resume.ts";
import { liveRun, readJournal, runDir } from "../journal/store.ts";
import type { Context } from "./context.ts";
import type { ReadyRun } from "./ready_run.ts";
import { prepareRetry } from "./resume_run.ts";

interface Given {
  task: TaskId;
  answer: string;
}

/**
 * Hands an answer to the run in progress, or prepares a run in which the task continues with it. Undefined:
 * the run in progress has taken it.
 */
export async function prepareAnswer(
  context: Context,
  given: Given,
  flags: Readonly<Record<string, unknown>>,
): Promise<ReadyRun | undefined> {
  if (given.answer === "") throw new Failed({ reason: "usage", message: "the answer is empty" });
  const { commonDir } = await repositoryAt(context.io.cwd);
  const live = liveRun(commonDir);
  if (live) {
    const taken = await handOver(commonDir, live.run, given);
    if (taken) {
      context.io.out(`${given.task}: run ${live.run} continues with the answer\n`);
      return undefined;
    }
  }
  const ready = await prepareRetry(context, [given.task], flags);
  const last = await lastRun(commonDir);
  const identity = last?.record.plan?.identity ?? "";
  const answer = await lastQuestionOf(commonDir, identity, given.task, given.answer);
  return answer ? { ...ready, answer } : asksNothing(given.task);
}

/** False: the run ended before it took the answer. */
async function handOver(
  commonDir: string,
  run: string,
  { task, answer }: Given,
): Promise<boolean> {
  const dir = runDir(commonDir, run);
  const events = await readJournal(dir);
  if (!questionOf(recordOf(events), task, answer)) return asksNothing(task);
  const seq = events.at(-1)?.seq ?? 0;
  await submitAnswer(dir, task, answer);
  for await (const event of followJournal(dir, () => liveRun(commonDir)?.run === run)) {
    if (event.seq > seq && event.type === "task.answered" && event.task === task) return true;
  }
  return !await withdrawAnswer(dir, task);
}

function asksNothing(task: TaskId): never {
  throw new Failed({
    reason: "usage",
    message: `${task} has no open question`,
    hint: "see the open questions: parex answer",
  });
}
