/**
 * How long the first agent waits: 20 independent tasks in a repository of 10,000 files, from the
 * start of the program to the agent's first act, beside one `git worktree add` in the same
 * repository. By turns, so that what else the machine does falls on both.
 *
 *     deno run -A bench/first_agent.ts
 */
import { join } from "node:path";
import { testEnv } from "../tests/support/env.ts";
import type { TempRepo } from "../tests/support/repo.ts";
import { readJournal } from "../src/journal/store.ts";
import {
  compileParex,
  fromSources,
  printTable,
  type Program,
  repository,
  reset,
  run,
  spreadText,
} from "./support.ts";

const TASKS = 20;
const FILES = 10_000;
const ROUNDS = 3;
const POLL_MS = 5;

/** Milliseconds to the agent's first act. */
interface FirstAgent {
  fromStart: number;
  /** From the `run.started` event on. */
  fromRun: number;
}

async function addWorktree({ root, git }: TempRepo): Promise<number> {
  const path = join(`${root}.worktrees`, "measured");
  const ms = await run(["git", "worktree", "add", "-q", "-b", "feature/measured", path], root);
  await git(["worktree", "remove", "--force", path]);
  return ms;
}

/** Starts a run, waits for the first agent, and interrupts it. */
async function firstAgent([program, ...args]: Program, repo: TempRepo): Promise<FirstAgent> {
  const mark = join(repo.root, ".git", "first-agent");
  const execute = ["execute", "--json", "--agent", "command", "--agent-command"];
  const started = Date.now();
  const child = new Deno.Command(program, {
    args: [...args, ...execute, `: > '${mark}'; sleep 60`],
    cwd: repo.root,
    clearEnv: true,
    env: testEnv(),
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const begun = await Promise.race([timeOf(mark), refused(child)]);
  child.kill("SIGINT");
  await child.status;
  const runs = join(repo.root, ".git", "parex", "runs");
  const [dir] = [...Deno.readDirSync(runs)].map(({ name }) => join(runs, name));
  const events = await readJournal(dir ?? runs);
  const run = events.find(({ type }) => type === "run.started");
  await Deno.remove(mark);
  await Deno.remove(join(repo.root, ".git", "parex"), { recursive: true });
  return { fromStart: begun - started, fromRun: begun - Date.parse(run?.at ?? "") };
}

async function refused(child: Deno.ChildProcess): Promise<never> {
  const { code } = await child.status;
  throw new Error(`parex ended with ${code} before an agent began`);
}

/** When a file was written, as soon as it is there. */
async function timeOf(path: string): Promise<number> {
  for (;;) {
    try {
      return (await Deno.stat(path)).mtime?.getTime() ?? NaN;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
await using repo = await repository(TASKS, FILES);
const programs: [string, Program][] = [
  ["binary", await compileParex(join(folder, "parex"))],
  ["`deno run`", await fromSources()],
];
const rows: string[][] = [];
for (const [name, program] of programs) {
  const [add, start, ratio, fromRun]: number[][] = [[], [], [], []];
  for (let round = 0; round <= ROUNDS; round++) {
    const tree = await addWorktree(repo);
    const agent = await firstAgent(program, repo);
    await reset(repo);
    // The first round warms the caches.
    if (round === 0) continue;
    add?.push(tree);
    start?.push(agent.fromStart);
    ratio?.push(agent.fromStart / tree);
    fromRun?.push(agent.fromRun / tree);
  }
  rows.push([
    name,
    spreadText(add ?? [], 0),
    spreadText(start ?? [], 0),
    spreadText(ratio ?? []),
    spreadText(fromRun ?? []),
  ]);
}
printTable(
  ["", "`git worktree add`, ms", "first agent, ms", "ratio", "from `run.started`"],
  rows,
);
await Deno.remove(folder, { recursive: true });
