/** OpenAI's Responses. */
import { type Answer, type Dialect, eventStream, newId, recordsIn, textOf } from "./dialect.ts";
import { openAiProblem, openAiRefusal } from "./openai_errors.ts";

const CALLS = ["function_call", "custom_tool_call"];

export const responses: Dialect = {
  serves: (path) => path.endsWith("/responses"),
  read: (body) => {
    const items = recordsIn(body.input);
    const heard = items.filter(({ type, role }) =>
      role === "user" || String(type).endsWith("_output")
    );
    return {
      model: String(body.model),
      tools: recordsIn(body.tools).map(({ name, type }) => String(name ?? type)),
      userText: heard.map(({ content, output }) => textOf(content ?? output)).join("\n"),
      messages: items.map(({ role, content, output }) => ({
        role: String(role ?? "tool"),
        content: content ?? output,
      })),
      beginning: JSON.stringify([body.instructions, body.tools]),
      turns: items.filter(({ type, role }) => role === "assistant" || CALLS.includes(String(type)))
        .length,
      streams: body.stream !== false,
    };
  },
  reply: (answer, { model, streams }, { input, output, cacheRead, cacheWrite }) => {
    const input_tokens = input + cacheRead + cacheWrite;
    const usage = {
      input_tokens,
      input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input_tokens + output,
    };
    const item = itemOf(answer);
    const response = { id: newId("resp"), object: "response", created_at: 1, model };
    const done = { ...response, status: "completed", output: [item], usage };
    if (!streams) return Response.json(done);
    return eventStream(
      [
        { type: "response.created", response: { ...response, status: "in_progress", output: [] } },
        { type: "response.output_item.added", output_index: 0, item: begunItem(answer, item) },
        ...(answer.kind === "text"
          ? [{
            type: "response.output_text.delta",
            item_id: item.id,
            output_index: 0,
            content_index: 0,
            delta: answer.text,
          }]
          : []),
        { type: "response.output_item.done", output_index: 0, item },
        { type: "response.completed", response: done },
      ].map((event, sequence_number) => ({ ...event, sequence_number })),
      true,
    );
  },
  refuse: openAiRefusal,
  problem: openAiProblem,
};

function itemOf(answer: Answer) {
  if (answer.kind === "text") {
    const content = [{ type: "output_text", text: answer.text, annotations: [] }];
    return { type: "message", id: newId("msg"), role: "assistant", status: "completed", content };
  }
  return {
    type: "function_call",
    id: newId("fc"),
    call_id: newId("call"),
    name: answer.name,
    arguments: JSON.stringify(answer.input),
    status: "completed",
  };
}

function begunItem(answer: Answer, item: object): object {
  const empty = answer.kind === "text" ? { content: [] } : { arguments: "" };
  return { ...item, ...empty, status: "in_progress" };
}
