import { type Env, toolEnv } from "../exec/env.ts";
import { runProgram } from "../exec/run_program.ts";
import { readPorcelain, STATUS } from "../git/status.ts";
import { isAbsolute } from "./shell/paths.ts";
import { gitDirOf } from "./repository.ts";

/** An attempt as its hooks remember it from one call to the next. */
export interface AttemptRecord {
  run: string;
  attempt: string;
  /** The commit that the attempt began at. */
  head: string;
  /** How often the agent was sent back when it wanted to end. */
  sentBack: number;
}

/** What an attempt's worktree holds now. */
export interface WorktreeState {
  /** The worktree's own git directory. */
  gitDir: string;
  head: string;
  /** Uncommitted paths; those of the plan are never committed. */
  uncommitted: string[];
}

const FILE = "parex-attempt";
const PATHS = ["--", ":/", ":(top,exclude).parallel"];

/** Undefined if there is no git, no repository or no commit. */
export async function worktreeState(env: Env): Promise<WorktreeState | undefined> {
  const { PAREX_WORKTREE: cwd = "" } = env;
  if (!isAbsolute(cwd)) return undefined;
  const asked = await runProgram(["git", ...STATUS, ...PATHS], { cwd, env: toolEnv() });
  const { sha: head, changes } = readPorcelain(asked.stdout);
  if (asked.code !== 0 || head === undefined) return undefined;
  return { gitDir: gitDirOf(cwd), head, uncommitted: changes.map(({ path }) => path) };
}

/** The record of the attempt that this environment names; undefined if it has none. */
export function readAttempt({ gitDir }: WorktreeState, env: Env): AttemptRecord | undefined {
  try {
    const record: Partial<AttemptRecord> = JSON.parse(Deno.readTextFileSync(`${gitDir}/${FILE}`));
    const { run, attempt, head, sentBack } = record;
    const same = run === env.PAREX_RUN_ID && attempt === env.PAREX_ATTEMPT;
    if (!same || run === undefined || attempt === undefined) return undefined;
    return { run, attempt, head: String(head), sentBack: Number(sentBack) || 0 };
  } catch {
    return undefined; // none yet, or torn
  }
}

export function writeAttempt({ gitDir }: WorktreeState, record: AttemptRecord): void {
  Deno.writeTextFileSync(`${gitDir}/${FILE}`, `${JSON.stringify(record)}\n`);
}

/** A record that begins now. */
export function newAttempt({ head }: WorktreeState, env: Env): AttemptRecord {
  const { PAREX_RUN_ID: run = "", PAREX_ATTEMPT: attempt = "" } = env;
  return { run, attempt, head, sentBack: 0 };
}
