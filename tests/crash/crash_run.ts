/** One run that is killed again and again, and resumed until it comes to its end. */
import { fileURLToPath } from "node:url";
import type { EventType, RunEvent } from "../../src/domain/event.ts";
import type { Child, Ended } from "../support/parex.ts";
import type { Rig } from "../support/rig.ts";
import { RESULT, setTheStage, TASKS } from "./stage.ts";

const MORTAL = fileURLToPath(new URL("../support/mortal_parex.ts", import.meta.url));
/** A killed parex's own git commands may still be under way. */
const SETTLE_MS = 5_000;

/** How one process of parex dies: at a line of its journal, or some time after it. */
export type Death =
  /** The nth line of this type that it writes, `*` for any. */
  | { moment: "before" | "within" | "after"; event: EventType | "*"; nth: number }
  /** Killed from outside, this long after its nth line, or after its start for 0. */
  | { line: number; ms: number };

export interface CrashReport {
  deaths: number;
  ms: number;
  /** What is not as it must be. Empty: nothing was lost, and nothing was done twice. */
  problems: string[];
}

/** Executes the plan; each death ends a process of parex, and the next one resumes. */
export async function crashRun(deaths: readonly Death[]): Promise<CrashReport> {
  const started = performance.now();
  await using stage = await setTheStage();
  let died = 0;
  for (const death of deaths) {
    const ended = await start(stage, death);
    if (ended.code === 0) break;
    if (ended.code !== 137) return over([`exit ${ended.code}: ${ended.stderr}`]);
    died++;
    // It may have been killed when all was done and said.
    if (isOver(await stage.journal())) break;
  }
  const wasOver = isOver(await stage.journal());
  const last: Ended = wasOver ? { code: 0, stdout: "", stderr: "" } : await start(stage);
  return over([
    ...(last.code === 0 ? [] : [`exit ${last.code}: ${last.stderr}${last.stdout}`]),
    // Who is killed behind the last line leaves a lock, which whoever comes next takes over.
    ...await problemsOf(stage, wasOver ? [".git/parex/lock"] : []),
  ]);

  function over(problems: string[]): CrashReport {
    return { deaths: died, ms: performance.now() - started, problems };
  }
}

/** `parex execute`, or `parex resume` once there is a run. */
async function start(stage: Rig, death?: Death): Promise<Ended> {
  const command = (await stage.journal()).length > 0 ? "resume" : "execute";
  const dying = death && "moment" in death
    ? {
      entry: MORTAL,
      env: { PAREX_TEST_DEATH: `${death.moment}:${death.event}:${death.nth}` },
    }
    : {};
  const parex = stage.start([command], dying);
  const over = new AbortController();
  const killed = death && "line" in death ? killAfter(stage, parex, death, over.signal) : undefined;
  const ended = await parex.ended;
  over.abort();
  await killed;
  return ended;
}

async function killAfter(
  stage: Rig,
  parex: Child,
  { line, ms }: { line: number; ms: number },
  over: AbortSignal,
): Promise<void> {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const earlier = (await stage.journal()).length;
  while (!over.aborted && (await stage.journal()).length < earlier + line) await pause(10);
  await pause(ms);
  try {
    if (!over.aborted) parex.signal("SIGKILL");
  } catch (error) {
    // It has come to its end just now.
    if (!(error instanceof TypeError)) throw error;
  }
}

function isOver(events: RunEvent[]): boolean {
  return events.at(-1)?.type === "run.finished";
}

async function problemsOf(stage: Rig, mayBeLeft: string[]): Promise<string[]> {
  const problems: string[] = [];
  const expect = (what: string, found: unknown, wanted: unknown) => {
    const [is, ought] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (is !== ought) problems.push(`${what}: ${is} instead of ${ought}`);
  };
  const { git } = stage.repo;
  expect("statuses", Object.values(await stage.statuses()), TASKS.map(() => "completed"));
  expect("files", await filesOnMain(stage), RESULT);
  expect("remote", await git(["rev-parse", "origin/main"]), await git(["rev-parse", "main"]));
  const events = await stage.journal();
  expect("seqs", events.map(({ seq }) => seq), events.map((_, index) => index + 1));
  expect("done twice", doneTwice(events), []);
  expect("lost commits", await lostCommits(stage), []);
  expect("left running", await leftRunning(stage), []);
  const left = (await halfDone(stage)).filter((path) => !mayBeLeft.includes(path));
  expect("locks and half merges", left, []);
  return problems;
}

/** Beside those of the first commit. */
async function filesOnMain({ repo }: Rig): Promise<Record<string, string>> {
  const listed = await repo.git(["ls-tree", "-r", "--name-only", "main"]);
  const made = listed.split("\n").filter((path) => /^[^.R]/.test(path));
  const texts = made.map(async (path) => [path, await repo.git(["show", `main:${path}`])]);
  return Object.fromEntries(await Promise.all(texts));
}

/** Attempts that were started again after they had come to an end of their own. */
function doneTwice(events: RunEvent[]): string[] {
  const ended = new Set<string>();
  const twice: string[] = [];
  for (const event of events) {
    if (event.type === "agent.finished" && event.outcome !== "interrupted") {
      ended.add(`${event.task}.${event.attempt}`);
    }
    if (event.type !== "agent.started") continue;
    const attempt = `${event.task}.${event.attempt}`;
    if (ended.has(attempt)) twice.push(attempt);
  }
  return twice;
}

/** Commits of agents that no ref holds. */
async function lostCommits(stage: Rig): Promise<string[]> {
  const made = (await stage.note("commits") ?? "").split("\n").filter((sha) => sha !== "");
  const held = new Set((await stage.repo.git(["rev-list", "--all"])).split("\n"));
  return made.filter((sha) => !held.has(sha));
}

async function leftRunning(stage: Rig): Promise<string[]> {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    const left = await stage.left();
    if (left.length === 0 || performance.now() > deadline) {
      return left.map(({ command }) => command);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const UNDONE = /(^|\/)(.*\.lock|lock|MERGE_HEAD|CHERRY_PICK_HEAD|rebase-merge|rebase-apply)$/;

async function halfDone({ root }: Rig): Promise<string[]> {
  const found: string[] = [];
  const look = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      const path = `${folder}/${name}`;
      if (UNDONE.test(path)) found.push(path);
      else if (isDirectory && name !== "objects") await look(path);
    }
  };
  await look(".git");
  return found;
}
