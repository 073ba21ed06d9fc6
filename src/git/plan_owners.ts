import { join } from "node:path";
import { planKeyOf } from "../domain/names.ts";
import { sleep } from "../util/backoff.ts";
import { io } from "../util/files.ts";
import { entries, gitFailed } from "./git.ts";
import type { Repository } from "./repository.ts";

/** The plan that each of parex's branches belongs to. A branch may be deleted already. */
export async function planOwners(repo: Repository): Promise<Map<string, string>> {
  const args = ["config", "--null", "--get-regexp", "^branch\\..*\\.parex-plan$"];
  const result = await repo.maybe(args);
  const owners = new Map<string, string>();
  for (const pair of entries(result ?? "")) {
    const newline = pair.indexOf("\n");
    if (newline < 0) continue;
    owners.set(
      pair.slice("branch.".length, newline - ".parex-plan".length),
      pair.slice(newline + 1),
    );
  }
  return owners;
}

/** Records in git's config that a branch belongs to a plan. */
export async function recordOwner(
  repo: Repository,
  branch: string,
  identity: string,
): Promise<void> {
  const added = await edit(repo, (text) => {
    if (text.includes(headerOf(branch))) return undefined;
    const end = text === "" || text.endsWith("\n") ? "" : "\n";
    return `${text}${end}${sectionOf(branch, identity)}`;
  });
  if (added) return;
  // The section holds more than that, or names another plan.
  await configure(repo, ["--replace-all", planKeyOf(branch), identity], [0]);
}

/** git's exit code when there is no such section. */
const NO_SECTION = 128;

/** Deletes git's config section of a deleted branch, including the plan that it belonged to. */
export async function forgetOwner(repo: Repository, branch: string): Promise<void> {
  const removed = await edit(repo, (text) => {
    const [before, rest, ...others] = text.split(headerOf(branch));
    const section = /^\n\tparex-plan = \S+\n(?=\[|$)/.exec(rest ?? "");
    if (rest === undefined || others.length > 0 || !section) return undefined;
    return `${before}${rest.slice(section[0].length)}`;
  });
  if (removed) return;
  await configure(repo, ["--remove-section", `branch.${branch}`], [0, NO_SECTION]);
}

function sectionOf(branch: string, identity: string): string {
  return `${headerOf(branch)}\n\tparex-plan = ${identity}\n`;
}

/** As git writes it. */
function headerOf(branch: string): string {
  return `[branch "${branch.replaceAll(/["\\]/g, "\\$&")}"]`;
}

const TRIES = 20;
const PAUSE_MS = 50;

/**
 * Edits git's config as git does, a copy under its lock that replaces the file, without a process for each
 * task. Returns false if `change` returns nothing, or another process keeps the lock.
 */
async function edit(
  { commonDir }: Repository,
  change: (text: string) => string | undefined,
): Promise<boolean> {
  const path = join(commonDir, "config");
  return await io(path, async () => {
    const file = await Deno.realPath(path);
    for (let tries = 1;; tries++) {
      const done = editNow(file, change);
      if (done !== "locked") return done;
      if (tries === TRIES) return false;
      await sleep(PAUSE_MS);
    }
  });
}

/** At once, so that a crash is unlikely to leave the lock. */
function editNow(
  file: string,
  change: (text: string) => string | undefined,
): boolean | "locked" {
  const lock = `${file}.lock`;
  try {
    const { mode } = Deno.statSync(file);
    Deno.writeTextFileSync(lock, "", { createNew: true, mode: (mode ?? 0o644) & 0o777 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return "locked";
    throw error;
  }
  try {
    const text = change(Deno.readTextFileSync(file));
    if (text === undefined) return false;
    Deno.writeTextFileSync(lock, text);
    Deno.renameSync(lock, file);
    return true;
  } finally {
    removeIfThere(lock);
  }
}

function removeIfThere(lock: string): void {
  try {
    Deno.removeSync(lock);
  } catch {
    // It has replaced the file.
  }
}

/** git's exit code when another process is writing the same config file. */
const CONFIG_LOCKED = 255;

/** Retries while another `git config`, such as an agent's, holds the lock. */
async function configure(
  repo: Repository,
  change: string[],
  fine: number[],
): Promise<void> {
  const args = ["config", "--local", ...change];
  for (let tries = 1;; tries++) {
    const result = await repo.result(args);
    if (fine.includes(result.code)) return;
    if (result.code !== CONFIG_LOCKED || tries === TRIES) throw gitFailed(args, result);
    await sleep(PAUSE_MS);
  }
}
