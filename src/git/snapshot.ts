import { join } from "node:path";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Env } from "../exec/env.ts";
import { exists, io } from "./files.ts";
import { gitLine, gitOk } from "./git.ts";
import { type Change, readStatus } from "./status.ts";

/** The uncommitted states of a worktree, as trees. */
export interface Snapshot {
  /** What is staged; absent while conflicts are open, which no tree can hold. */
  index?: string;
  /** All files, untracked ones too, ignored ones not. */
  files: string;
}

/**
 * Writes what a worktree has uncommitted into git's object store, through a copy of its index.
 * Undefined if it is clean. Fails if a repository in it has work that is out of reach of a tree.
 */
export async function takeSnapshot(
  worktree: string,
  env: Env = {},
): Promise<Result<Snapshot | undefined>> {
  const flags = ["--untracked-files=all", "--ignore-submodules=none"];
  const status = await readStatus(worktree, flags, env);
  if (!status.ok) return status;
  if (status.value.length === 0) return ok(undefined);
  const reachable = await checkNested(worktree, status.value, env);
  if (!reachable.ok) return reachable;

  const index = await gitLine(["rev-parse", "--path-format=absolute", "--git-path", "index"], {
    cwd: worktree,
  });
  if (!index.ok) return index;
  const folder = await io("TMPDIR", () => Deno.makeTempDir({ prefix: "parex-index-" }));
  if (!folder.ok) return folder;
  try {
    const copy = join(folder.value, "index");
    const copied = await io(index.value, () => copyIndex(index.value, copy));
    if (!copied.ok) return copied;
    return await writeTrees(worktree, { ...env, GIT_INDEX_FILE: copy });
  } finally {
    await Deno.remove(folder.value, { recursive: true });
  }
}

/**
 * git looks into a file that is as young as the index, for its time then tells nothing. The copy must
 * not be younger, or what was changed right after it was staged would go unseen.
 */
async function copyIndex(index: string, copy: string): Promise<void> {
  if (!await exists(index)) return;
  await Deno.copyFile(index, copy);
  const { mtime } = await Deno.stat(index);
  const seconds = Math.floor((mtime?.getTime() ?? 1000) / 1000);
  await Deno.utime(copy, seconds, seconds);
}

async function writeTrees(worktree: string, env: Env): Promise<Result<Snapshot>> {
  const cwd = worktree;
  const open = await gitOk(["ls-files", "--unmerged", "-z"], { cwd, env });
  if (!open.ok) return open;
  const snapshot: Partial<Snapshot> = {};
  if (open.value === "") {
    const index = await gitLine(["write-tree"], { cwd, env });
    if (!index.ok) return index;
    snapshot.index = index.value;
  }
  const added = await gitOk(["add", "--all", "--sparse", "--", ":/"], { cwd, env });
  if (!added.ok) return added;
  const files = await gitLine(["write-tree"], { cwd, env });
  return files.ok ? ok({ ...snapshot, files: files.value }) : files;
}

/** A tree holds of a repository inside it (a submodule, or one that was put there) only a commit's id. */
async function checkNested(worktree: string, all: Change[], env: Env): Promise<Result<void>> {
  const flags = ["--untracked-files=no", "--ignore-submodules=all"];
  const status = await readStatus(worktree, flags, env);
  if (!status.ok) return status;
  const plain = new Set(status.value.map(({ path }) => path));
  const nested = all.find(({ path, state }) =>
    state === "??" ? path.endsWith("/") : !plain.has(path)
  );
  if (nested === undefined) return ok();
  const detail = "a repository inside the worktree has work that cannot be anchored";
  return fail({ reason: "io_failed", path: join(worktree, nested.path), detail });
}
