/** Google's Gemini API. */
import { type Answer, type Dialect, eventStream, recordsIn, textOf } from "./dialect.ts";
import type { Refusal } from "./script.ts";

const PATH = /models\/([^:]+):(generateContent|streamGenerateContent)$/;
/** What the client puts in the model's place at the beginning. */
const NO_TURN = /^(Got it|Understood)/;

export const gemini: Dialect = {
  serves: (path) => PATH.test(path),
  read: (body, path) => {
    const [, model = "", method] = PATH.exec(path) ?? [];
    const all = recordsIn(body.contents);
    return {
      model,
      tools: recordsIn(body.tools).flatMap((one) => recordsIn(one.functionDeclarations))
        .map(({ name }) => String(name)),
      userText: all.filter(({ role }) => role === "user").map(({ parts }) => textOf(parts))
        .join("\n"),
      messages: all.map(({ role, parts }) => ({ role: String(role), content: parts })),
      beginning: JSON.stringify([body.systemInstruction, body.tools]),
      turns: all.filter(({ role, parts }) => role === "model" && !NO_TURN.test(textOf(parts)))
        .length,
      streams: method === "streamGenerateContent",
    };
  },
  reply: (answer, { model, streams }, { input, output, cacheRead }) => {
    const usageMetadata = {
      promptTokenCount: input + cacheRead,
      cachedContentTokenCount: cacheRead,
      candidatesTokenCount: output,
      totalTokenCount: input + cacheRead + output,
    };
    const content = { role: "model", parts: [partOf(answer)] };
    const candidates = [{ content, finishReason: "STOP", index: 0 }];
    const whole = { candidates, usageMetadata, modelVersion: model };
    return streams ? eventStream([whole], false) : Response.json(whole);
  },
  refuse: (why) => {
    const [code, status, message] = REFUSALS[why];
    return { status: code, body: { error: { code, message, status } } };
  },
  problem: (code, words) => ({ error: { code, message: words, status: "UNKNOWN" } }),
};

/** What the client asks beside the conversation: which model is to be routed to. */
export const ROUTING = JSON.stringify({
  reasoning: "r",
  complexity_reasoning: "r",
  complexity_score: 10,
  model_choice: "flash",
});

function partOf(answer: Answer) {
  return answer.kind === "text"
    ? { text: answer.text }
    : { functionCall: { name: answer.name, args: answer.input } };
}

const REFUSALS: Record<Refusal, [code: number, status: string, words: string]> = {
  limit: [
    429,
    "RESOURCE_EXHAUSTED",
    "You exceeded your current quota. Quota exceeded for metric: generate_content_requests, limit: 5.",
  ],
  overload: [503, "UNAVAILABLE", "The model is overloaded. Please try again later."],
  "no key": [403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."],
  "wrong key": [400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."],
  "no money": [
    429,
    "RESOURCE_EXHAUSTED",
    "Your prepayment credits are depleted. Please go to AI Studio to manage your billing.",
  ],
  "unknown model": [
    404,
    "NOT_FOUND",
    "models/no-such-model is not found for API version v1beta, or is not supported.",
  ],
};
