import { processEnv } from "../exec/env.ts";
import { answer, refuse } from "../hook/hook.ts";
import type { Io } from "./context.ts";

/** Reads one hook event of Claude Code from stdin and answers it; returns the exit code. */
export async function answerHook(io: Io): Promise<number> {
  const text = readStdin();
  const env = processEnv();
  const { code, stdout, stderr } = await answer(text, env, io.cwd).catch((error) => {
    // In a task, a bug must not disable the borders that the hook enforces.
    if (env.PAREX_TASK_ID === undefined) throw error;
    return refuse(`parex could not look at this call, so it is denied: ${error}`);
  });
  if (stdout !== "") io.out(stdout);
  if (stderr !== "") io.err(stderr);
  return code;
}

/** All of stdin, read in the way that starts fastest. A stdin that cannot be read counts as empty. */
function readStdin(): string {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(65_536);
  let text = "";
  try {
    for (let size = Deno.stdin.readSync(chunk); size !== null; size = Deno.stdin.readSync(chunk)) {
      text += decoder.decode(chunk.subarray(0, size), { stream: true });
    }
  } catch {
    return "";
  }
  return text + decoder.decode();
}
