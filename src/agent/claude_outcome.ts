import type { AgentOutcomeName } from "../domain/event.ts";
import type { ProcessEnd } from "../exec/process.ts";
import { cutOff } from "./attempt.ts";
import type { Seen } from "./claude_stream.ts";
import { isSpent, limitIn } from "./limits.ts";
import { cutDetail } from "../util/text.ts";

export interface Judgement {
  outcome: AgentOutcomeName;
  detail?: string;
  limit?: "quota" | "overload";
  /** Milliseconds since the epoch. */
  until?: number;
}

/** Some limits are told as `usage limit reached|1712345678`. */
const RESETS = /limit reached\|(\d{10})\b/;

/** How an attempt of Claude Code ended, from what it printed and how its process ended. */
export function judge(seen: Seen, end: ProcessEnd, stderr: string): Judgement {
  if (seen.result?.subtype === "error_max_budget_usd") {
    return { outcome: "budget", detail: "the attempt's budget is used up" };
  }
  const errors = errorWords(seen, stderr);
  const told = errors || cutDetail(seen.lastText ?? "");
  const detail = told === "" ? {} : { detail: told };
  const succeeded = seen.result !== undefined && seen.result.is_error !== true &&
    seen.result.subtype === "success";
  const cut = cutOff(end);
  // Claude Code has ended its work with its result; what hung after that does not matter.
  if (succeeded && cut !== "interrupted") return { outcome: "finished", ...detail };
  if (cut) return { outcome: cut, ...detail };
  // What the model says of limits is its work: a rate limiter, a test that timed out.
  const limit = limitOf(seen, errors);
  if (limit) return { outcome: "limited", ...detail, ...limit };
  return { outcome: "failed", detail: told || withoutResult(seen, end) };
}

function withoutResult(seen: Seen, end: ProcessEnd): string {
  const how = end.code === null ? "was ended by a signal" : `ended with exit code ${end.code}`;
  const garbage = seen.dropped === 0 ? "" : `; ${seen.dropped} lines of output were no messages`;
  return `${how} without a result${garbage}`;
}

/** The model cannot be reached for now, and trying again later helps. */
function limitOf(seen: Seen, told: string): Pick<Judgement, "limit" | "until"> | undefined {
  if (isSpent(told)) return undefined;
  if (seen.rejected) return { limit: "quota", ...seen.rejected };
  const resets = RESETS.exec(told)?.[1];
  if (resets !== undefined) return { limit: "quota", until: Number(resets) * 1000 };
  const status = seen.result?.api_error_status;
  const limit = typeof status === "number" ? limitOfStatus(status) : limitIn(told);
  return limit && { limit };
}

function limitOfStatus(status: number): Judgement["limit"] {
  if (status === 429) return "quota";
  return status >= 500 ? "overload" : undefined;
}

/** What Claude Code itself says is the matter. */
function errorWords({ result, notice }: Seen, stderr: string): string {
  if (typeof result?.result === "string" && result.result !== "") return cutDetail(result.result);
  const errors = Array.isArray(result?.errors)
    ? result.errors.filter((error) => typeof error === "string").join("\n")
    : "";
  const subtype = result?.subtype ?? "success";
  const kind = subtype === "success" ? "" : `its result is ${subtype}`;
  return cutDetail(errors || notice || stderr || kind);
}
