/** OpenAI's Chat Completions, which other providers speak as well. */
import { type Answer, type Dialect, eventStream, newId, recordsIn, textOf } from "./dialect.ts";
import { openAiProblem, openAiRefusal } from "./openai_errors.ts";

export const chat: Dialect = {
  serves: (path) => path.endsWith("/chat/completions"),
  read: (body) => {
    const all = recordsIn(body.messages);
    const heard = all.filter(({ role }) => role === "user" || role === "tool");
    return {
      model: String(body.model),
      tools: recordsIn(body.tools).flatMap(({ function: of }) => recordsIn([of]))
        .map(({ name }) => String(name)),
      userText: heard.map(({ content }) => textOf(content)).join("\n"),
      messages: all.map(({ role, content }) => ({ role: String(role), content })),
      beginning: JSON.stringify([all[0], body.tools]),
      turns: all.filter(({ role }) => role === "assistant").length,
      streams: body.stream === true,
    };
  },
  reply: (answer, { model, streams }, { input, output, cacheRead }) => {
    const prompt_tokens = input + cacheRead;
    const usage = {
      prompt_tokens,
      completion_tokens: output,
      total_tokens: prompt_tokens + output,
      prompt_tokens_details: { cached_tokens: cacheRead },
    };
    const finish_reason = answer.kind === "text" ? "stop" : "tool_calls";
    const base = { id: newId("chatcmpl"), created: 1, model };
    const message = messageOf(answer);
    if (!streams) {
      const choices = [{ index: 0, message, finish_reason }];
      return Response.json({ ...base, object: "chat.completion", choices, usage });
    }
    const chunk = { ...base, object: "chat.completion.chunk" };
    return eventStream([
      { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
      { ...chunk, choices: [{ index: 0, delta: {}, finish_reason }] },
      { ...chunk, choices: [], usage },
      "[DONE]",
    ], false);
  },
  refuse: openAiRefusal,
  problem: openAiProblem,
};

function messageOf(answer: Answer) {
  if (answer.kind === "text") return { role: "assistant", content: answer.text };
  const call = { name: answer.name, arguments: JSON.stringify(answer.input) };
  const tool_calls = [{ index: 0, id: newId("call"), type: "function", function: call }];
  return { role: "assistant", content: null, tool_calls };
}
