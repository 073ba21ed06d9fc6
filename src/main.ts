import { realIo } from "./cli/io.ts";
import { runProgram } from "./cli/program.ts";

async function main(): Promise<number> {
  const io = realIo();
  const bug = async (error: unknown): Promise<number> => {
    // Its imports are not for every start to pay.
    const { endOnBug } = await import("./cli/bug.ts");
    return await endOnBug(error, io);
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
