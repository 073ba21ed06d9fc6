/**
 * What a task costs by the number of tasks in the run, in time and in memory. The agent fails at once,
 * so that parex's own work is all there is.
 *
 *     deno run -A bench/scale.ts
 */
import { join } from "node:path";
import { compile, printTable, type Program, repository } from "./support.ts";

const SIZES = [100, 1_000];
const FLAGS = ["--json", "--land", "none", "--jobs", "8", "--attempts", "1", "--agent", "command"];
const LOOK_MS = 200;

/** Milliseconds, and the peak of the process's own memory in MB. */
interface Cost {
  ms: number;
  megabytes: number;
}

async function execute([program, ...args]: Program, cwd: string): Promise<Cost> {
  const started = performance.now();
  const child = new Deno.Command(program, {
    args: [...args, "execute", ...FLAGS, "--agent-command", "exit 1"],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let megabytes = 0;
  const look = setInterval(() => {
    megabytes = Math.max(megabytes, peakOf(child.pid));
  }, LOOK_MS);
  const { code } = await child.status;
  clearInterval(look);
  // Every task is blocked.
  if (code !== 1) throw new Error(`parex ended with ${code}`);
  return { ms: performance.now() - started, megabytes };
}

/** The most memory that a process has had so far, as Linux tells it. */
function peakOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0; // it has just ended
  }
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const parex = await compile("src/main.ts", join(folder, "parex"));
for (const size of SIZES) {
  await using repo = await repository(size, 10);
  const { ms, megabytes } = await execute(parex, repo.root);
  printTable(["tasks", "ms", "ms per task", "peak memory, MB"], [
    [String(size), ms.toFixed(0), (ms / size).toFixed(1), megabytes.toFixed(0)],
  ]);
}
await Deno.remove(folder, { recursive: true });
