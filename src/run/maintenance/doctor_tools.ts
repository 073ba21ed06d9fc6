import { TIMEOUTS } from "../../domain/timeouts.ts";
import type { Finding } from "../../domain/doctor_finding.ts";
import { resultOf } from "../../domain/failed.ts";
import type { Settings } from "../../domain/settings.ts";
import { processEnv, toolEnv } from "../../exec/env.ts";
import { freeMib } from "../../exec/disk.ts";
import { sh } from "../../exec/sh.ts";
import { makeAgent, programOf } from "../../agent/agents.ts";
import { commandOf } from "../../agent/program.ts";
import { exists, folderSize } from "../../util/files.ts";
import type { Repository } from "../../git/repository.ts";
import { listRuns, stateDir } from "../../journal/store.ts";
import { findOldRuns } from "./old_runs.ts";

/** The programs that parex calls: whether they are installed, their version and login. */
export async function examineTools(settings: Settings | undefined): Promise<Finding[]> {
  const found = await Promise.all([
    version("git", ["git", "--version"]),
    gh(),
    settings ? agent(settings) : [],
  ]);
  return found.flat();
}

async function call(argv: string[]) {
  return await sh(argv, { cwd: Deno.cwd(), env: toolEnv(), timeoutMs: TIMEOUTS.tool });
}

async function version(tool: string, argv: string[]): Promise<Finding[]> {
  const { code, stdout } = await call(argv);
  if (code !== 0) return [{ code: "tool_missing", tool }];
  const first = stdout.split("\n")[0] ?? "";
  return [{ code: "tool", tool, version: /\d+(\.\d+)+\S*/.exec(first)?.[0] ?? first.trim() }];
}

async function gh(): Promise<Finding[]> {
  const found = await version("gh", ["gh", "--version"]);
  if (found[0]?.code !== "tool") return found;
  // Works offline, and its output is dropped.
  const { code } = await call(["gh", "auth", "token"]);
  return code === 0
    ? found
    : [...found, { code: "login_missing", tool: "gh", how: "gh auth login" }];
}

async function agent(settings: Settings): Promise<Finding[]> {
  const made = makeAgent(settings.agent, settings);
  if (!made.ok) return [{ code: "refused", failure: made.failure }];
  const available = await made.value.available();
  if (!available.ok) return [{ code: "refused", failure: available.failure }];
  const program = programOf(settings.agent);
  if (!program) return [];
  const found = await version(program.name, [commandOf(program), "--version"]);
  if (program.login(processEnv()) !== false) return found;
  return [...found, { code: "login_missing", tool: program.name, how: program.logIn }];
}

/** Disk space that a few worktrees with their dependencies may need. */
const ENOUGH_MIB = 2048;

/** Whether parex can write its files, and has enough disk space. */
export async function examineRoom(repo: Repository): Promise<Finding[]> {
  return [...await stateWritable(repo), ...await diskSpace(repo)];
}

/** How much room parex's own records take; nothing before the first run. */
export async function examineRecords(
  { commonDir }: Repository,
  keepRuns: number,
): Promise<Finding[]> {
  const path = stateDir(commonDir);
  const listed = await resultOf(() => listRuns(commonDir));
  if (!listed.ok || listed.value.length === 0) return [];
  const [bytes, old] = await Promise.all([folderSize(path), findOldRuns(commonDir, keepRuns)]);
  return [{ code: "records", path, runs: listed.value.length, bytes, old: old.bytes }];
}

async function stateWritable({ commonDir }: Repository): Promise<Finding[]> {
  const state = stateDir(commonDir);
  const dir = exists(state) ? state : commonDir;
  try {
    await Deno.remove(await Deno.makeTempFile({ dir, prefix: "parex-doctor-" }));
    return [];
  } catch (error) {
    return [{ code: "state_unwritable", path: dir, detail: String(error) }];
  }
}

async function diskSpace({ root }: Repository): Promise<Finding[]> {
  const mib = await freeMib(root);
  const isLow = mib !== undefined && mib < ENOUGH_MIB;
  return isLow ? [{ code: "disk_low", path: root, free_mib: mib }] : [];
}
