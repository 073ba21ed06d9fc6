/** What OpenAI's APIs say when they refuse a request. */
import type { Refusal } from "./script.ts";

const REFUSALS: Record<Refusal, [status: number, type: string, code: string, words: string]> = {
  limit: [
    429,
    "requests",
    "rate_limit_exceeded",
    "Rate limit reached for gpt-5.4 in organization org-1 on requests per min (RPM): Limit 3, Used 3.",
  ],
  overload: [
    503,
    "server_error",
    "server_error",
    "That model is currently overloaded with other requests.",
  ],
  "no key": [
    401,
    "invalid_request_error",
    "missing_api_key",
    "You didn't provide an API key. You need to provide your API key in an Authorization header.",
  ],
  "wrong key": [401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided: x."],
  "no money": [
    429,
    "insufficient_quota",
    "insufficient_quota",
    "You exceeded your current quota, please check your plan and billing details.",
  ],
  "unknown model": [
    404,
    "invalid_request_error",
    "model_not_found",
    "The model `no-such-model` does not exist or you do not have access to it.",
  ],
};

export function openAiRefusal(why: Refusal): { status: number; body: unknown } {
  const [status, type, code, message] = REFUSALS[why];
  return { status, body: { error: { message, type, param: null, code } } };
}

export function openAiProblem(status: number, words: string): unknown {
  return { error: { message: words, type: "server_error", param: null, code: status } };
}
