import { Failed } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import { startDetached } from "../exec/detach.ts";
import { selfArgv } from "../exec/self.ts";
import { repositoryAt } from "./repository.ts";
import { liveRun, stateDir } from "../journal/store.ts";
import { sleep } from "../util/backoff.ts";
import { io as reading } from "../util/files.ts";
import type { Context } from "./context.ts";

const FLAG = "--detach";
const POLL_MS = 50;
/** Files with what detached runs printed; they only say what the journal does not. */
const KEPT = 10;

export const DETACH_HELP = "Leave the terminal once the run has begun; parex watch follows it";

/**
 * Does the same command line in a process of its own, which a closed terminal does not end, and comes back when
 * its run has begun, or when it has ended.
 */
export async function detach({ io, args, exit }: Context): Promise<void> {
  if (Deno.build.os === "windows") {
    const message = `${FLAG} is not available on Windows`;
    throw new Failed({
      reason: "usage",
      message,
      hint: "parex execute, in a terminal that stays open",
    });
  }
  const { commonDir } = await repositoryAt(io.cwd);
  const folder = `${stateDir(commonDir)}/detached`;
  const log = `${folder}/${Date.now()}.log`;
  const argv = [...selfArgv(), ...args.filter((word) => word !== FLAG)] as const;
  const { pid, ended } = await reading(log, async () => {
    const child = startDetached([argv[0], ...argv.slice(1)], {
      cwd: io.cwd,
      env: processEnv(),
      log,
    });
    await removeOld(folder);
    return child;
  });
  let code: number | undefined;
  void ended.then((ending) => code = ending);
  for (;;) {
    const live = liveRun(commonDir);
    if (live?.pid === pid) return begun(io, { run: live.run, pid, log }, args);
    if (code !== undefined) break;
    await sleep(POLL_MS);
  }
  io.err(await Deno.readTextFile(log));
  exit(code);
}

function begun(
  io: Context["io"],
  started: { run: string; pid: number; log: string },
  args: readonly string[],
): void {
  if (args.includes("--json")) return io.out(JSON.stringify(started) + "\n");
  io.out(
    `run ${started.run} has begun in the background (process ${started.pid})\n` +
      `  parex watch       follow it\n` +
      `  parex stop --all  end it\n`,
  );
}

async function removeOld(folder: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  for (const name of names.slice(0, -KEPT)) await Deno.remove(`${folder}/${name}`);
}
