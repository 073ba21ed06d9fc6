import type { ProcessEnd } from "../exec/process.ts";
import { cutDetail } from "../util/text.ts";
import type { AgentOutcome } from "./agent.ts";
import { cutOff } from "./attempt.ts";
import type { Obstacle, OutputState } from "./output.ts";
import { findObstacle, type RefusalWords } from "./limits.ts";

export type Verdict = Pick<AgentOutcome, "outcome" | "detail" | "limit" | "until" | "refusal">;

/** What is known of an attempt when its process is over. */
export interface Ended {
  told: OutputState;
  end: ProcessEnd;
  /** Without what the program says there at every start. */
  stderr: string;
  /** Lines of its output that were no messages. */
  dropped: number;
  /** It was to continue a conversation. */
  resumed: boolean;
  refusals?: RefusalWords | undefined;
}

/** How an attempt ended, from what the agent printed and how its process ended. */
export function judge({ told, end, stderr, dropped, resumed, refusals }: Ended): Verdict {
  const { said, error, failed, ended, worked } = told;
  const cut = cutOff(end);
  const hasEnded = ended === true && failed !== true;
  // If it hung after it reported its end, that does not matter.
  if (hasEnded && (cut ? cut !== "interrupted" : end.code === 0)) {
    return { outcome: "finished", ...detailOf(said) };
  }
  const words = error || (stderr.trim() === "" ? said : stderr);
  if (cut && cut !== "interrupted" && told.obstacle) {
    // It was waiting for the API, which had refused its requests.
    return { ...outcomeOf(told.obstacle), ...detailOf(words) };
  }
  if (cut) return { outcome: cut, ...detailOf(words) };
  // What the model itself says is its work, even where that is a rate limiter.
  const obstacle = told.obstacle ?? findObstacle(error || stderr, refusals);
  if (obstacle) return { ...outcomeOf(obstacle), ...detailOf(words) };
  const detail = detailOf(words || withoutEnd(end, ended, dropped));
  return { outcome: resumed && !worked ? "lost" : "failed", ...detail };
}

/** Of an attempt that did not start, or lost its record. */
export function brokenVerdict(isThere: boolean, detail: string): Verdict {
  if (isThere) return { outcome: "failed", detail };
  return { outcome: "refused", refusal: "program_missing", detail };
}

function outcomeOf(obstacle: Obstacle): Verdict {
  if ("budget" in obstacle) return { outcome: "budget" };
  return { outcome: "refusal" in obstacle ? "refused" : "limited", ...obstacle };
}

function withoutEnd(
  { code }: ProcessEnd,
  ended: boolean | undefined,
  dropped: number,
): string {
  const how = code === null ? "was ended by a signal" : `ended with exit code ${code}`;
  const what = ended === false ? "in the middle of its work" : "without a result";
  const garbage = dropped === 0 ? "" : `; ${dropped} lines of output were no messages`;
  return `${how} ${what}${garbage}`;
}

function detailOf(words: string): { detail?: string | undefined } {
  const detail = cutDetail(words);
  return detail === "" ? {} : { detail };
}
