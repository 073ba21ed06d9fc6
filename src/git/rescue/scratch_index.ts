import { join } from "node:path";
import type { Env } from "../../exec/env.ts";
import { makeTempFolder } from "../../exec/temp.ts";
import { io } from "../../util/files.ts";
import { gitLine, gitOk } from "../git.ts";

/** Runs work with a path for an index of its own, which is gone afterwards. */
export async function withScratchIndex<T>(
  work: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await io("TMPDIR", () => makeTempFolder("parex-index-"));
  try {
    return await work(join(folder, "index"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A tree of these files. */
export async function writeTree(
  worktree: string,
  files: { mode: string; sha: string; path: string }[],
  env: Env,
): Promise<string> {
  return await withScratchIndex(async (scratch) => {
    const options = { cwd: worktree, env: { ...env, GIT_INDEX_FILE: scratch } };
    const input = files.map(({ mode, sha, path }) => `${mode} ${sha} 0\t${path}\0`).join("");
    const args = ["update-index", "--add", "-z", "--index-info"];
    await gitOk(args, { ...options, input });
    return await gitLine(["write-tree"], options);
  });
}
