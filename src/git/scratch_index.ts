import { join } from "node:path";
import { makeTempFolder } from "../exec/temp.ts";
import { io } from "../util/files.ts";
import { Git } from "./git.ts";

/** Runs git commands with a temporary index at that path, which is removed afterwards. */
export async function withScratchIndex<T>(
  worktree: Git,
  work: (scratch: Git, index: string) => Promise<T>,
): Promise<T> {
  const folder = await io("TMPDIR", () => makeTempFolder("parex-index-"));
  try {
    const index = join(folder, "index");
    const env = { ...worktree.env, GIT_INDEX_FILE: index };
    return await work(new Git(worktree.path, { env, config: worktree.config }), index);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a tree with these files. */
export async function writeTree(
  worktree: Git,
  files: { mode: string; sha: string; path: string }[],
): Promise<string> {
  return await withScratchIndex(worktree, async (scratch) => {
    const input = files.map(({ mode, sha, path }) => `${mode} ${sha} 0\t${path}\0`).join("");
    const args = ["update-index", "--add", "-z", "--index-info"];
    await scratch.git(args, { input });
    return await scratch.line(["write-tree"]);
  });
}
