/**
 * How parex's own work grows with a plan: processor time and git processes of a task in runs whose
 * agents do next to nothing, by the number of tasks and the shape of the plan. Beside it, where they
 * are installed, schedulers that run the same commands without worktrees, and a loop of
 * `git worktree add`; then what looks at the branches that a large run has left.
 *
 *     deno run -A bench/growth.ts [sizes...]
 */
import { dirname, join } from "node:path";
import { exists } from "../src/util/files.ts";
import { testEnv } from "../tests/support/env.ts";
import { gitProcesses } from "../tests/support/git_processes.ts";
import { planFiles, type PlanTasks } from "../tests/support/plan_files.ts";
import { tempRepo, writeFiles } from "../tests/support/repo.ts";
import { compileParex, printTable, type Program } from "./support.ts";

const SIZES = Deno.args.length > 0 ? Deno.args.map(Number) : [10, 100, 1_000];
const LAYER = 10;
const JOBS = 8;
/** The least that a task can do: no git, so that all git processes are parex's. */
const AGENT = `echo "by $PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"`;
const EXECUTE = ["execute", "--yes", "--jobs", String(JOBS), "--agent", "command"];
const CONFIG = { ".parallel/config.yaml": "test: none\nlint: none\ntypecheck: none\n" };

const SHAPES: Record<string, (at: number) => string[]> = {
  independent: () => [],
  chain: (at) => at === 0 ? [] : [`t${at - 1}`],
  // Each task of a layer waits for all of the layer before.
  "layers of ten": (at) => {
    const begin = Math.floor(at / LAYER) * LAYER - LAYER;
    return begin < 0 ? [] : Array.from({ length: LAYER }, (_, of) => `t${begin + of}`);
  },
};

function plan(size: number, after: (at: number) => string[]): Record<string, string> {
  const entries = Array.from(
    { length: size },
    (_, at) => [`t${at}`, { after: after(at) }] as const,
  );
  return planFiles(Object.fromEntries(entries) satisfies PlanTasks);
}

/** All tasks in the plan's own file, whose lines each change of a status edits. */
function inlinePlan(size: number): Record<string, string> {
  const tasks = Array.from(
    { length: size },
    (_, at) =>
      `  - id: "t${at}"\n    name: "Task ${at}"\n    status: pending\n    description: Do it\n`,
  );
  const head = 'metadata:\n  name: "Inline"\n  status: "ready"\n\ntasks:\n';
  return { ".parallel/plans/plan.yaml": head + tasks.join("") };
}

interface Cost {
  ms: number;
  /** Of the processor, with all children. */
  cpuMs: number;
  code: number;
}

/** Runs a command in a shell that then says what all of it has used. */
async function cost(argv: Program, cwd: string, env: Record<string, string> = {}): Promise<Cost> {
  const started = performance.now();
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1', "bash", ...argv],
    cwd,
    clearEnv: true,
    env: testEnv({ LC_ALL: "C", BASH_ENV: "", ...env }),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const times = new TextDecoder().decode(stderr).trim().split(" ").map(Number);
  const cpuMs = times.reduce((sum, seconds) => sum + seconds, 0) * 1_000;
  return { ms: performance.now() - started, cpuMs, code };
}

function row(name: string, size: number, { ms, cpuMs, code }: Cost, git?: number): string[] {
  const each = (value: number) => (value / size).toFixed(1);
  const end = code === 0 ? "" : ` (exit code ${code})`;
  return [name + end, String(size), each(cpuMs), each(ms), git === undefined ? "" : each(git)];
}

async function runs(parex: Program, size: number): Promise<string[][]> {
  const plans = Object.entries(SHAPES).map(([name, after]) => [name, plan(size, after)] as const);
  const rows: string[][] = [];
  for (const [name, files] of [...plans, ["inline plan", inlinePlan(size)] as const]) {
    for (const land of ["none", "merge"]) {
      await using repo = await tempRepo({
        files: { "README.md": "# Sample\n", ...CONFIG, ...files },
      });
      const trace = join(dirname(repo.root), "trace");
      const argv: Program = [...parex, ...EXECUTE, "--land", land, "--agent-command", AGENT];
      const used = await cost(argv, repo.root, { GIT_TRACE2_EVENT: trace });
      const git = gitProcesses(await Deno.readTextFile(trace)).started;
      rows.push(row(`parex, ${name}, ${land}`, size, used, git));
      if (name === "independent" && land === "none") {
        rows.push(...await looks(parex, repo.root, size));
      }
    }
  }
  return rows;
}

/** Commands that look at what a run has left, with the cost of each task's part. */
async function looks(parex: Program, root: string, size: number): Promise<string[][]> {
  const rows: string[][] = [];
  for (const args of [["status"], ["doctor"], ["cleanup", "--dry-run"], ["validate"]]) {
    const trace = join(dirname(root), `trace-${args[0]}`);
    const used = await cost([...parex, ...args], root, { GIT_TRACE2_EVENT: trace });
    const git = exists(trace) ? gitProcesses(await Deno.readTextFile(trace)).started : 0;
    rows.push(row(`parex ${args.join(" ")}, after it`, size, used, git));
  }
  return rows;
}

/** The same work without parex: what a scheduler costs, and the loop that people write themselves. */
async function others(size: number): Promise<string[][]> {
  const ids = Array.from({ length: size }, (_, at) => `t${at}`);
  const rows: string[][] = [];
  const commands: [name: string, files: Record<string, string>, argv: Program][] = [
    ["make", {
      Makefile: `all: ${ids.join(" ")}\n.PHONY: all ${ids.join(" ")}\n` +
        ids.map((id) => `${id}:\n\t@echo by ${id} > ${id}.txt\n`).join(""),
    }, ["make", "-s", `-j${JOBS}`]],
    ["GNU parallel", { ids: ids.join("\n") }, [
      "parallel",
      `-j${JOBS}`,
      "-a",
      "ids",
      "echo by {} > {}.txt",
    ]],
    ["loop of git worktree add", {
      "loop.sh": `for id in ${ids.join(" ")}; do
  git worktree add -q -b "feature/$id" "worktrees/$id" &&
    (cd "worktrees/$id" && echo "by $id" > "$id.txt" && git add -A && git commit -qm "$id")
done\n`,
    }, ["sh", "-e", "loop.sh"]],
  ];
  for (const [name, files, argv] of commands) {
    if (!await isInstalled(argv[0])) continue;
    await using repo = await tempRepo();
    await writeFiles(repo.root, files);
    rows.push(row(name, size, await cost(argv, repo.root)));
  }
  return rows;
}

async function isInstalled(program: string): Promise<boolean> {
  const args = ["-c", 'command -v "$1"', "sh", program];
  return (await new Deno.Command("sh", { args, stdout: "null" }).output()).success;
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const parex = await compileParex(join(folder, "parex"));
for (const size of SIZES) {
  const rows = [...await runs(parex, size), ...await others(size)];
  printTable(["what", "tasks", "processor ms a task", "ms a task", "git processes a task"], rows);
}
await Deno.remove(folder, { recursive: true });
