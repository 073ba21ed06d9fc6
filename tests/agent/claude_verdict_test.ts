import { claude } from "../../src/agent/claude.ts";
import { claudeReader } from "../../src/agent/claude_stream.ts";
import { addLine, NO_OUTPUT, type OutputState } from "../../src/agent/output.ts";
import type { StreamMessage } from "../../src/agent/stream_json.ts";
import { judge, type Verdict } from "../../src/agent/verdict.ts";
import type { ProcessEnd } from "../../src/exec/process.ts";
import { assertEquals } from "../support/assert.ts";

interface Case {
  stream?: StreamMessage[];
  stderr?: string;
  end?: Partial<ProcessEnd>;
  judged: Partial<Verdict>;
}

const SUCCESS = { type: "result", subtype: "success", is_error: false, result: "Did it." };
const refused = (result: string, status: number | null = null) => ({
  type: "result",
  subtype: "success",
  is_error: true,
  api_error_status: status,
  result,
});
const synthetic = (text: string, error?: string) => ({
  type: "assistant",
  message: { model: "<synthetic>", content: [{ type: "text", text }] },
  ...(error === undefined ? {} : { error }),
});
const SAID = "The rate limit is in. The test suite timed out.";
const rejected = (status: string, resetsAt?: number) => ({
  type: "rate_limit_event",
  rate_limit_info: { status, ...(resetsAt === undefined ? {} : { resetsAt }) },
});

const CASES: Record<string, Case> = {
  "a result": { stream: [SUCCESS], judged: { outcome: "finished", detail: "Did it." } },
  "a result, although the process hung after it": {
    stream: [SUCCESS],
    end: { code: null, by: "idle" },
    judged: { outcome: "finished", detail: "Did it." },
  },
  "a result without words, after the model's own": {
    stream: [
      { type: "assistant", message: { content: [{ type: "text", text: "Now the tests." }] } },
      { type: "result", subtype: "error_max_turns", is_error: true },
    ],
    end: { code: 1 },
    judged: { outcome: "failed", detail: "its result is error_max_turns" },
  },
  "an interruption, although there is a result": {
    stream: [SUCCESS],
    end: { code: 143, by: "abort" },
    judged: { outcome: "interrupted", detail: "Did it." },
  },
  "a success that is an error": {
    stream: [refused("API Error: 400 bad request", 400)],
    judged: { outcome: "failed", detail: "API Error: 400 bad request" },
  },
  "a 429": {
    stream: [refused("API Error: Request rejected (429)", 429)],
    judged: { outcome: "limited", limit: "quota", detail: "API Error: Request rejected (429)" },
  },
  "an overloaded API": {
    stream: [refused("API Error: 529 Overloaded", 529)],
    judged: { outcome: "limited", limit: "overload", detail: "API Error: 529 Overloaded" },
  },
  "no network": {
    stream: [refused("API Error: Unable to connect to API (ConnectionRefused)")],
    judged: {
      outcome: "limited",
      limit: "overload",
      detail: "API Error: Unable to connect to API (ConnectionRefused)",
    },
  },
  "a subscription's limit with its end": {
    stream: [rejected("rejected", 1_800_000_000), refused("You've hit your session limit", 429)],
    judged: {
      outcome: "limited",
      limit: "quota",
      detail: "You've hit your session limit",
      until: 1_800_000_000_000,
    },
  },
  "a limit that tells its end in its words": {
    stream: [refused("Claude AI usage limit reached|1800000000")],
    judged: {
      outcome: "limited",
      limit: "quota",
      detail: "Claude AI usage limit reached|1800000000",
      until: 1_800_000_000_000,
    },
  },
  "a limit that was lifted before another error": {
    stream: [rejected("rejected", 1_800_000_000), rejected("allowed"), refused("Bad", 400)],
    judged: { outcome: "failed", detail: "Bad" },
  },
  "a spend limit, which no waiting lifts": {
    stream: [refused("You've hit your monthly spend limit.", 429)],
    judged: {
      outcome: "refused",
      refusal: "no_money",
      detail: "You've hit your monthly spend limit.",
    },
  },
  "a key that the API rejects": {
    stream: [
      synthetic("Invalid API key · Fix external API key", "authentication_failed"),
      refused("Invalid API key · Fix external API key", 401),
    ],
    judged: {
      outcome: "refused",
      refusal: "key_refused",
      detail: "Invalid API key · Fix external API key",
    },
  },
  "no login": {
    stream: [
      synthetic("Not logged in · Please run /login", "authentication_failed"),
      refused("Not logged in · Please run /login"),
    ],
    judged: {
      outcome: "refused",
      refusal: "not_logged_in",
      detail: "Not logged in · Please run /login",
    },
  },
  "work about rate limits that succeeded": {
    stream: [{ ...SUCCESS, result: "Added a rate limit." }],
    judged: { outcome: "finished", detail: "Added a rate limit." },
  },
  "work about rate limits that broke off": {
    stream: [{ type: "assistant", message: { content: [{ type: "text", text: SAID }] } }],
    end: { code: 137 },
    judged: { outcome: "failed", detail: SAID },
  },
  "a limit that is told without a result": {
    stream: [{
      type: "assistant",
      message: {
        model: "<synthetic>",
        content: [{ type: "text", text: "Claude AI usage limit reached|1800000000" }],
      },
    }],
    end: { code: 1 },
    judged: {
      outcome: "limited",
      limit: "quota",
      detail: "Claude AI usage limit reached|1800000000",
      until: 1_800_000_000_000,
    },
  },
  "a budget that is used up": {
    stream: [{ type: "result", subtype: "error_max_budget_usd", is_error: true }],
    judged: { outcome: "budget", detail: "the attempt's budget is used up" },
  },
  "an error of the conversation": {
    stream: [{
      type: "result",
      subtype: "error_during_execution",
      is_error: true,
      errors: ["No conversation found"],
    }],
    judged: { outcome: "failed", detail: "No conversation found" },
  },
  "no result, words on stderr": {
    stderr: "error: unknown option '--tools'\n",
    end: { code: 1 },
    judged: { outcome: "failed", detail: "error: unknown option '--tools'" },
  },
  "nothing at all": {
    end: { code: 0 },
    judged: { outcome: "failed", detail: "ended with exit code 0 without a result" },
  },
  "a signal from outside": {
    end: { code: null },
    judged: { outcome: "failed", detail: "was ended by a signal without a result" },
  },
  "silence": {
    stream: [{ type: "assistant", message: { content: [{ type: "text", text: "Thinking." }] } }],
    end: { code: 143, by: "idle" },
    judged: { outcome: "idle", detail: "Thinking." },
  },
  "a time-out": { end: { code: null, by: "timeout" }, judged: { outcome: "timeout" } },
};

function verdictOf({ stream = [], stderr = "", end }: Omit<Case, "judged">): Verdict {
  const listen = claudeReader();
  const told = stream.reduce<OutputState>(
    (told, message) => addLine(told, listen(message), undefined),
    NO_OUTPUT,
  );
  const code = stream.some((message) => message.is_error === true) ? 1 : 0;
  const process: ProcessEnd = { code, by: "itself", ms: 1, ...end };
  const refusals = claude.refusals ?? [];
  return judge({ told, end: process, stderr, dropped: 0, resumed: false, refusals });
}

for (const [what, { judged, ...ended }] of Object.entries(CASES)) {
  Deno.test(`judge() says ${judged.outcome} of ${what}`, () => {
    assertEquals<Partial<Verdict>>(verdictOf(ended), judged);
  });
}

Deno.test("judge() says how much of the output was garbage", () => {
  const end = { code: 0, by: "itself", ms: 1 } as const;
  const ended = { told: NO_OUTPUT, end, stderr: "", dropped: 2, resumed: false };
  assertEquals(judge(ended), {
    outcome: "failed",
    detail: "ended with exit code 0 without a result; 2 lines of output were no messages",
  });
});
