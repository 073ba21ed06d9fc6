/** What a page with `--control` asks a live run for. */
import { resultOf } from "../domain/failed.ts";
import { liveRun } from "../journal/store.ts";
import { questionOf, submitAnswer } from "../run/task/answers.ts";
import { refusalOf as steeringRefusal, submitSteering } from "../run/task/steering.ts";
import { plain } from "./plain.ts";
import { recordFrom, type WebRun } from "./served_run.ts";

/** The longest answer that is taken, in bytes. */
const BODY_LIMIT = 64 * 1024;

export async function takeAnswer(request: Request, run: WebRun): Promise<Response> {
  if (request.headers.get("content-type") !== "application/json") {
    return plain(415, "an answer is JSON");
  }
  const text = await request.text();
  if (text.length > BODY_LIMIT) return plain(413, "the answer is too long");
  const given = answerIn(text);
  if (!given) return plain(400, "the answer is empty");
  const record = await recordFrom({ ...run, earlier: undefined });
  if (!record || !questionOf(record, given.task, given.answer)) {
    return plain(409, `${given.task} has no open question`);
  }
  if (liveRun(run.repo.commonDir)?.run !== run.id) {
    return plain(409, "the run is over: answer with `parex answer`, which continues the task");
  }
  const left = await resultOf(() => submitAnswer(run.dir, given.task, given.answer));
  return left.ok ? plain(202, "accepted") : plain(500, "the answer cannot be written");
}

/** Passes on that a task is to be retried or stopped. */
export async function takeSteering(request: Request, run: WebRun): Promise<Response> {
  if (request.headers.get("content-type") !== "application/json") {
    return plain(415, "what is asked for is JSON");
  }
  const text = await request.text();
  const given = text.length > BODY_LIMIT ? undefined : steeringIn(text);
  if (!given) return plain(400, "expected a task, and retry or stop");
  if (liveRun(run.repo.commonDir)?.run !== run.id) {
    return plain(409, `the run is over: parex ${given.ask} ${given.task}`);
  }
  // Only tasks of the live run can be steered, whatever else the page shows.
  const record = await recordFrom({ ...run, earlier: undefined });
  const refusal = record ? steeringRefusal(record, given) : "the run is not known";
  if (refusal !== undefined) return plain(409, refusal);
  const left = await resultOf(() => submitSteering(run.dir, given));
  return left.ok ? plain(202, "accepted") : plain(500, "the request cannot be written");
}

function steeringIn(text: string): { ask: "retry" | "stop"; task: string } | undefined {
  try {
    const { ask, task } = JSON.parse(text);
    return (ask === "retry" || ask === "stop") && typeof task === "string"
      ? { ask, task }
      : undefined;
  } catch {
    return undefined;
  }
}

function answerIn(text: string): { task: string; answer: string } | undefined {
  try {
    const { task, answer } = JSON.parse(text);
    if (typeof task !== "string" || typeof answer !== "string") return undefined;
    return answer.trim() === "" ? undefined : { task, answer: answer.trim() };
  } catch {
    return undefined;
  }
}
