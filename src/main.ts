import { BUG_EXIT_CODE, describeBug } from "./cli/bug.ts";
import { realIo } from "./cli/io.ts";
import { runProgram } from "./cli/program.ts";
import { shutdown } from "./exec/shutdown.ts";

const BUG_GRACE_MS = 2000;

async function main(): Promise<number> {
  const io = realIo();
  const bug = async (error: unknown): Promise<number> => {
    io.err(describeBug(error, { debug: Boolean(Deno.env.get("PAREX_DEBUG")) }));
    try {
      await shutdown(BUG_GRACE_MS);
    } catch (another) {
      io.err(`parex could not end what it had started: ${another}\n`);
    }
    return BUG_EXIT_CODE;
  };
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    void bug(event.reason).then(Deno.exit);
  }, { once: true });
  try {
    return await runProgram(Deno.args, io);
  } catch (error) {
    return await bug(error);
  }
}

if (import.meta.main) Deno.exit(await main());
