import { entries } from "./git.ts";
import type { Repository } from "./repository.ts";

/** An entry of a commit's tree. */
export interface TreeEntry {
  path: string;
  sha: string;
  isFile: boolean;
}

/** The top level of a commit's tree; with `deep`, all of its files. */
export async function listTree(
  repo: Repository,
  commit: string,
  { deep }: { deep: boolean },
): Promise<TreeEntry[]> {
  const args = ["ls-tree", "-z", "--full-tree", ...(deep ? ["-r"] : []), commit];
  const listed = await repo.git(args);
  return entries(listed).map((line) => {
    const [info = "", path = ""] = line.split("\t", 2);
    const [mode = "", , sha = ""] = info.split(" ");
    return { path, sha, isFile: mode.startsWith("100") };
  });
}

/** The text of a blob. */
export async function blobText(repo: Repository, sha: string): Promise<string> {
  const text = await repo.git(["cat-file", "blob", sha]);
  return text.replace(/^\ufeff/, "");
}
