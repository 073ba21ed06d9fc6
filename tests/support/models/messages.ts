/** Anthropic's Messages API. */
import {
  type Answer,
  type Dialect,
  eventStream,
  newId,
  recordsIn,
  REPLY_TOKENS,
  textOf,
  type Tokens,
} from "./dialect.ts";

/** What Claude Code puts in the model's place when it continues a conversation that was cut off. */
const NO_TURN = "No response requested.";

export const messages: Dialect = {
  serves: (path) => path.endsWith("/messages"),
  read: (body) => {
    const all = recordsIn(body.messages);
    return {
      model: String(body.model),
      tools: recordsIn(body.tools).map(({ name }) => String(name)),
      userText: all.filter(({ role }) => role === "user").map(({ content }) => textOf(content))
        .join("\n"),
      messages: all.map(({ role, content }) => ({ role: String(role), content })),
      beginning: JSON.stringify([body.system, body.tools]),
      turns: all.filter(({ role, content }) => role === "assistant" && textOf(content) !== NO_TURN)
        .length,
      streams: body.stream === true,
    };
  },
  reply: (answer, { model, streams }, tokens) => {
    const usage = usageOf(tokens);
    const message = { id: newId("msg"), type: "message", role: "assistant", model };
    const stop_reason = answer.kind === "text" ? "end_turn" : "tool_use";
    if (!streams) {
      return Response.json({ ...message, content: [blockOf(answer)], stop_reason, usage });
    }
    const begun = { content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
    return eventStream([
      { type: "message_start", message: { ...message, ...begun } },
      { type: "content_block_start", index: 0, content_block: emptyBlock(answer) },
      { type: "content_block_delta", index: 0, delta: deltaOf(answer) },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason }, usage },
      { type: "message_stop" },
    ], true);
  },
  refuse: (why) => {
    const [status, type, words] = REFUSALS[why];
    return { status, body: { type: "error", error: { type, message: words } } };
  },
  problem: (status, words) => {
    const type = status === 429 ? "rate_limit_error" : "api_error";
    return { type: "error", error: { type, message: words } };
  },
};

const REFUSALS = {
  limit: [429, "rate_limit_error", "This request would exceed your account's rate limit."],
  overload: [529, "overloaded_error", "Overloaded"],
  "no key": [401, "authentication_error", "x-api-key header is required"],
  "wrong key": [401, "authentication_error", "invalid x-api-key"],
  "no money": [
    400,
    "invalid_request_error",
    "Your credit balance is too low to access the Anthropic API.",
  ],
  "unknown model": [404, "not_found_error", "model: no-such-model"],
} as const;

/** Tokens as this API tells them. */
export function usageOf({ input, output, cacheRead, cacheWrite }: Tokens) {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
  };
}

/** The usual reply's. */
export const REPLY_USAGE = usageOf(REPLY_TOKENS);

function blockOf(answer: Answer) {
  return answer.kind === "text"
    ? { type: "text", text: answer.text }
    : { type: "tool_use", id: newId("toolu"), name: answer.name, input: answer.input };
}

function emptyBlock(answer: Answer) {
  return answer.kind === "text"
    ? { type: "text", text: "" }
    : { type: "tool_use", id: newId("toolu"), name: answer.name, input: {} };
}

function deltaOf(answer: Answer) {
  return answer.kind === "text"
    ? { type: "text_delta", text: answer.text }
    : { type: "input_json_delta", partial_json: JSON.stringify(answer.input) };
}
