import { Failed } from "../domain/failed.ts";
import type { RunRecord } from "../domain/record.ts";
import type { TaskId } from "../domain/task.ts";
import { processEnv } from "../exec/env.ts";
import type { Repository } from "../git/repository.ts";
import { runDir } from "../journal/store.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import type { Controls } from "../report/live/reporter.ts";
import type { Steer } from "../report/live/view.ts";
import { explain } from "../report/messages/explain.ts";
import { transcriptText } from "../report/run/transcript_text.ts";
import { questionOf, submitAnswer } from "../run/task/answers.ts";
import { refusalOf, submitSteering } from "../run/task/steering.ts";
import { diffOf, type RunFolder, transcriptOf } from "../web/run_files.ts";
import { openKeyboard } from "./keyboard.ts";

/**
 * What the keys of the live view do; undefined: there is no keyboard. `leave` ends the view, or says why it
 * cannot.
 */
export function liveControls(
  repo: Repository,
  color: boolean,
  leave: Controls["leave"],
): Controls | undefined {
  const keyboard = openKeyboard();
  if (!keyboard) return undefined;
  return {
    ...keyboard,
    leave,
    read: async (what, record, task, columns) => {
      const secrets = await secretsForRecords(repo, record.settings?.copy ?? [], processEnv());
      const folder = { repo, secrets, dir: runDir(repo.commonDir, record.run) };
      return await textOf(what, folder, record, task, { color, columns });
    },
    steer: (record, request) =>
      inWords(() => steered(runDir(repo.commonDir, record.run), record, request)),
  };
}

async function textOf(
  what: "log" | "diff",
  folder: RunFolder,
  record: RunRecord,
  id: TaskId,
  options: { color: boolean; columns: number },
): Promise<string> {
  const task = record.tasks.get(id);
  if (!task) return "";
  if (what === "diff") return await diffOf(folder, task, record) ?? "no commits of its own yet";
  const items = await transcriptOf(folder, task, task.attempts.length - 1);
  return transcriptText(items ?? [], options);
}

/** Passes a request on to the run of this folder; returns what to say. */
async function steered(
  dir: string,
  record: RunRecord,
  request: Steer,
): Promise<string> {
  const { task } = request;
  if (request.ask === "answer") {
    if (!questionOf(record, task, request.text)) return `${task} has no open question`;
    await submitAnswer(dir, task, request.text);
    return `${task} continues with the answer`;
  }
  const refusal = refusalOf(record, request);
  if (refusal !== undefined) return refusal;
  await submitSteering(dir, request);
  return request.ask === "stop" ? `stopping ${task}` : `${task} is tried again`;
}

/** The result, or the failure's message: it is shown beside the tasks. */
async function inWords(script: () => Promise<string>): Promise<string> {
  try {
    return await script();
  } catch (error) {
    if (error instanceof Failed) return explain(error.failure).message;
    throw error;
  }
}
