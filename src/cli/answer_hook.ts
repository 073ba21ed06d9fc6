import { answer, refuse } from "../hook/hook.ts";
import type { Io } from "./context.ts";

/** Reads one event of Claude Code's from stdin and answers it; returns the exit code. */
export async function answerHook(io: Io): Promise<number> {
  const text = await new Response(Deno.stdin.readable).text();
  const env = Deno.env.toObject();
  const { code, stdout, stderr } = await answer(text, env, io.cwd).catch((error) => {
    // A bug must not open the borders that it guards.
    if (env.PAREX_TASK_ID === undefined) throw error;
    return refuse(`parex could not look at this call, so it is denied: ${error}`);
  });
  if (stdout !== "") io.out(stdout);
  if (stderr !== "") io.err(stderr);
  return code;
}
