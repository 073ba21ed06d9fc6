/**
 * People's answers to agents that asked. The answer comes from a process other than the one that executes the
 * run: it leaves a file in the run's folder.
 */
import type { EventOf } from "../../domain/event.ts";
import type { RunRecord } from "../../domain/record.ts";
import { conversationOnResume } from "../../domain/conversation.ts";
import { type Beginning, whereToBegin } from "../../domain/resume.ts";
import type { TaskId } from "../../domain/task.ts";
import { io } from "../../util/files.ts";
import type { Scope } from "../context/run_context.ts";
import { runsNewestFirst } from "../../journal/store.ts";

const POLL_MS = 300;

/** Leaves an answer for the process that executes the run of this folder. */
export async function submitAnswer(
  dir: string,
  task: TaskId,
  answer: string,
): Promise<void> {
  const path = answerPath(dir, task);
  return await io(path, async () => {
    await Deno.mkdir(`${dir}/answers`, { recursive: true, mode: 0o700 });
    const temporary = `${path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(temporary, answer, { mode: 0o600 });
    await Deno.rename(temporary, path);
  });
}

/** Takes back an answer that the run has not read; false: it has. */
export async function withdrawAnswer(dir: string, task: TaskId): Promise<boolean> {
  try {
    await Deno.remove(answerPath(dir, task));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Watches for answers to questions of this run, records each, and passes on where its task continues. Returns
 * how to stop.
 */
export function watchAnswers(
  scope: Scope,
  onAnswer: (task: TaskId, begin: Beginning) => void,
): () => void {
  const look = () => {
    for (const { id } of scope.record.tasks.values()) {
      const asked = questionOf(scope.record, id, "");
      const answer = asked && taken(scope.dir, id);
      if (!asked || answer === undefined) continue;
      scope.emit({ ...asked, answer });
      const task = scope.record.tasks.get(id);
      if (task) onAnswer(id, whereToBegin(task));
    }
  };
  const timer = setInterval(look, POLL_MS);
  return () => clearInterval(timer);
}

/**
 * The answer to a question of a task's agent in this run, ready to be recorded; undefined: there is no
 * question.
 */
export function questionOf(
  { tasks }: RunRecord,
  id: TaskId,
  answer: string,
): EventOf<"task.answered"> | undefined {
  const task = tasks.get(id);
  if (task?.status !== "blocked" || task.failure?.reason !== "needs_input") return undefined;
  const conversation = conversationOnResume(task, task.attempts.at(-1));
  return {
    type: "task.answered",
    task: id,
    question: task.failure.question,
    answer,
    session: conversation,
  };
}

/** The same in the last run of this plan that executed the task. */
export async function lastQuestionOf(
  commonDir: string,
  plan: string,
  task: TaskId,
  answer: string,
): Promise<EventOf<"task.answered"> | undefined> {
  for await (const { record } of runsNewestFirst(commonDir)) {
    if (record.plan?.identity !== plan || !record.tasks.get(task)?.selected) continue;
    return questionOf(record, task, answer);
  }
  return undefined;
}

function answerPath(dir: string, task: TaskId): string {
  return `${dir}/answers/${task}.txt`;
}

/** The file is removed before it is used: no answer is given twice. */
function taken(dir: string, task: TaskId): string | undefined {
  const path = answerPath(dir, task);
  try {
    const answer = Deno.readTextFileSync(path);
    Deno.removeSync(path);
    return answer;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
