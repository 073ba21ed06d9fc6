import { realIo } from "./cli/io.ts";
import { runCli } from "./cli/program.ts";

async function main(): Promise<number> {
  const io = realIo();
  const bug = async (error: unknown): Promise<number> => {
    // Its imports are not for every start to pay.
    const { endOnBug } = await import("./cli/bug.ts");
    return await endOnBug(error, io);
  };
  const endOn = (event: Event, error: unknown) => {
    event.preventDefault();
    void bug(error).then(Deno.exit);
  };
  const once = { once: true };
  globalThis.addEventListener("unhandledrejection", (event) => endOn(event, event.reason), once);
  globalThis.addEventListener("error", (event) => endOn(event, event.error), once);
  try {
    return await runCli(Deno.args, io);
  } catch (error) {
    return await bug(error);
  }
}

if (import.meta.main) Deno.exit(await main());
