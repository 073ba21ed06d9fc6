import { z } from "zod";
import { fail, type Result } from "../domain/result.ts";
import type { Env } from "../exec/env.ts";
import { startProcess } from "../exec/process.ts";
import { makeTempFolder } from "../exec/temp.ts";
import {
  ADVICE,
  type Advice,
  type Adviser,
  INSTRUCTIONS,
  readAdvice,
  type Silence,
} from "./advice.ts";

/** It gets no tools: only its answer is wanted. */
const NO_TOOLS = "--deny-tool=shell,write,read,url,memory";
const MAX_ANSWER = 64_000;

/** GitHub's Copilot CLI, if it is installed. */
export function copilotAdviser(env: Env, timeoutMs: number): Adviser {
  return {
    name: "copilot",
    async ask(question, signal) {
      // An empty folder: it has no repository to read, and no instructions.
      const cwd = await makeTempFolder("parex-copilot-");
      try {
        return await askIn(cwd, question, { env, timeoutMs, signal });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        return fail({ why: "copilot is not installed", lasting: true });
      } finally {
        await Deno.remove(cwd, { recursive: true });
      }
    },
  };
}

async function askIn(
  cwd: string,
  question: string,
  how: { env: Env; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<Result<Advice, Silence>> {
  const { env, timeoutMs, signal } = how;
  const schema = JSON.stringify(z.toJSONSchema(ADVICE));
  const form = `Answer with one JSON object after this schema, and nothing else:\n${schema}`;
  const decoder = new TextDecoder();
  let answer = "";
  const { code, by } = await startProcess({
    argv: ["copilot", "-p", [INSTRUCTIONS, question, form].join("\n\n"), "--silent", NO_TOOLS],
    cwd,
    env,
    timeoutMs,
    signal,
    onStdout: (chunk) => {
      if (answer.length < MAX_ANSWER) answer += decoder.decode(chunk, { stream: true });
    },
  }).end;
  if (by === "timeout") return fail({ why: "it did not answer in time" });
  return code === 0 ? readAdvice(answer) : fail({ why: `it ended with exit code ${code}` });
}
