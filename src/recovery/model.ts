import { fail, ok, type Result } from "../domain/result.ts";
import type { Env } from "../exec/env.ts";
import { ADVICE, type Adviser, INSTRUCTIONS, readAdvice, type Silence } from "./advice.ts";

const API = "https://api.anthropic.com";
const MAX_TOKENS = 1024;

/** A model of Anthropic's API, asked with the key in `ANTHROPIC_API_KEY`. */
export function modelAdviser(model: string, env: Env, timeoutMs: number): Adviser {
  return {
    name: model,
    async ask(question, signal) {
      if (!env.ANTHROPIC_API_KEY) {
        return fail({ why: "ANTHROPIC_API_KEY is not set", lasting: true });
      }
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), timeoutMs);
      const ended = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
      const answer = await request(model, question, env, ended);
      clearTimeout(timer);
      if (answer.ok) return readAdvice(answer.value);
      if (late.signal.aborted) return fail({ why: "it did not answer in time" });
      return answer;
    },
  };
}

async function request(
  model: string,
  question: string,
  env: Env,
  signal: AbortSignal,
): Promise<Result<string, Silence>> {
  // Loading takes a tenth of a second, so it is done only after a failure.
  const [{ default: Anthropic }, { zodOutputFormat }] = await Promise.all([
    import("@anthropic-ai/sdk"),
    import("@anthropic-ai/sdk/helpers/zod"),
  ]);
  const client = new Anthropic({
    apiKey: env.ANTHROPIC_API_KEY ?? null,
    baseURL: env.ANTHROPIC_BASE_URL || API,
    maxRetries: 0,
    logLevel: "off",
  });
  try {
    const message = await client.messages.create({
      model,
      max_tokens: MAX_TOKENS,
      system: INSTRUCTIONS,
      messages: [{ role: "user", content: question }],
      output_config: { format: zodOutputFormat(ADVICE) },
    }, { signal });
    return ok(message.content.map((block) => block.type === "text" ? block.text : "").join(""));
  } catch (error) {
    // Of any class: the server at that address may answer anything.
    const { message, cause } = error as Error;
    return fail({ why: cause instanceof Error ? `${message} ${cause.message}` : message });
  }
}
