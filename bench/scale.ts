/**
 * What a task costs by the number of tasks in the run, in time and in memory. The agent fails at once,
 * so that parex's own work is all there is.
 *
 *     deno run -A bench/scale.ts [sizes...]
 */
import { join } from "node:path";
import { testEnv } from "../tests/support/env.ts";
import { compileParex, printTable, type Program, repository } from "./support.ts";

const SIZES = Deno.args.length > 0 ? Deno.args.map(Number) : [100, 1_000];
const FLAGS = ["--json", "--land", "none", "--jobs", "8", "--attempts", "1", "--agent", "command"];
const LOOK_MS = 200;
const TICK_MS = 10;

interface Cost {
  ms: number;
  /** Of the processor: parex's own and that of the commands that it has waited for. */
  cpuMs: number;
  /** The peak of the process's own memory. */
  megabytes: number;
}

async function execute([program, ...args]: Program, cwd: string): Promise<Cost> {
  const started = performance.now();
  const child = new Deno.Command(program, {
    args: [...args, "execute", ...FLAGS, "--agent-command", "exit 1"],
    cwd,
    clearEnv: true,
    env: testEnv(),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let seen = { cpuMs: 0, megabytes: 0 };
  const look = setInterval(() => {
    seen = lookAt(child.pid) ?? seen;
  }, LOOK_MS);
  const { code } = await child.status;
  clearInterval(look);
  // Every task is blocked.
  if (code !== 1) throw new Error(`parex ended with ${code}`);
  return { ms: performance.now() - started, ...seen };
}

/** What Linux counts of a process; undefined if it has just ended. */
function lookAt(pid: number): Omit<Cost, "ms"> | undefined {
  try {
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1];
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // proc(5): from the state on, utime, stime, cutime and cstime are the 12th to the 15th.
    const times = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15).map(Number);
    return {
      cpuMs: times.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS,
      megabytes: Number(peak) / 1_024,
    };
  } catch {
    return undefined;
  }
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const parex = await compileParex(join(folder, "parex"));
for (const size of SIZES) {
  await using repo = await repository(size, 10);
  const { ms, cpuMs, megabytes } = await execute(parex, repo.root);
  printTable(["tasks", "ms a task", "processor ms a task", "peak memory, MB"], [
    [String(size), (ms / size).toFixed(0), (cpuMs / size).toFixed(0), megabytes.toFixed(0)],
  ]);
}
await Deno.remove(folder, { recursive: true });
