import { join } from "node:path";
import { gitDirOf } from "../head.ts";
import { io, readIfThere } from "../../util/files.ts";
import { entries, type Git, gitFailed } from "../git.ts";
import type { Repository } from "../repository.ts";

export interface Stash {
  sha: string;
  message: string;
}

/** Files of a worktree's git folder that name commits during or after an operation. */
const NOTED_IN = [
  "ORIG_HEAD",
  "MERGE_HEAD",
  "MERGE_AUTOSTASH",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "REBASE_HEAD",
  ...["rebase-merge", "rebase-apply"].flatMap((folder) => [
    `${folder}/autostash`,
    `${folder}/onto`,
    `${folder}/orig-head`,
    `${folder}/stopped-sha`,
  ]),
];

/**
 * Commits that are named only in git's records of a worktree or a branch, and would go with them: in reflogs,
 * unfinished operations, the worktree's own refs. Many of them are on other refs, too.
 */
export async function reflogCommits(
  repo: Repository,
  { worktree, branch }: { worktree?: Git | undefined; branch?: string | undefined },
): Promise<string[]> {
  const found: string[] = [];
  if (branch !== undefined) {
    const moves = await reflog(repo, `refs/heads/${branch}`);
    found.push(...idsIn(moves));
  }
  if (worktree !== undefined) {
    const moves = await reflog(worktree, "HEAD");
    const own = ["refs/bisect", "refs/rewritten", "refs/worktree"];
    const refs = await worktree.git(["for-each-ref", "--format=%(objectname)", ...own]);
    const folder = gitDirOf(worktree.path);
    const notes = await notesIn(folder);
    found.push(...idsIn(moves), ...idsIn(refs), ...notes);
  }
  return await existingCommits(repo, [...new Set(found)]);
}

async function reflog(at: Git, ref: string): Promise<string> {
  const known = await at.result(["reflog", "exists", ref]);
  if (known.code === 1) return "";
  if (known.code !== 0) throw gitFailed(["reflog", "exists", ref], known);
  return await at.git(["reflog", "show", "--format=%H", ref, "--"]);
}

/** All commits named in the files of a worktree's git folder. */
export async function notesIn(folder: string, others: string[] = []): Promise<string[]> {
  return await io(folder, async () => {
    const names = [...NOTED_IN, ...others];
    const texts = await Promise.all(names.map((name) => readIfThere(join(folder, name))));
    return idsIn(texts.join("\n"));
  });
}

function idsIn(text: string): string[] {
  return text.match(/\b[0-9a-f]{40,64}\b/g) ?? [];
}

/** Commits in a reflog may have been pruned long ago. */
export async function existingCommits(repo: Repository, shas: string[]): Promise<string[]> {
  if (shas.length === 0) return [];
  const format = "--batch-check=%(objectname) %(objecttype)";
  const input = shas.map((sha) => `${sha}\n`).join("");
  const checked = await repo.git(["cat-file", format], { input });
  const commits = checked.split("\n").filter((line) => line.endsWith(" commit"));
  return commits.map((line) => line.slice(0, line.indexOf(" ")));
}

/** The stashes that were made on a branch, or without one at a commit where HEAD has been. */
export async function stashesOf(
  repo: Repository,
  branch: string,
  heads: string[],
): Promise<Stash[]> {
  const args = ["stash", "list", "-z", "--format=%H%n%P%n%gs"];
  const listed = await repo.git(args);
  const made = [`On ${branch}: `, `WIP on ${branch}: `];
  // `autostash`: changes that git put aside for a merge that was then aborted.
  const unnamed = ["On (no branch): ", "WIP on (no branch): ", "autostash"];
  const visited = new Set(heads);
  return entries(listed).map((entry) => {
    const [sha = "", parents = "", message = ""] = entry.split("\n");
    return { sha, message, on: parents.split(" ")[0] ?? "" };
  }).filter(({ message, on }) =>
    made.some((start) => message.startsWith(start)) ||
    visited.has(on) && unnamed.some((start) => message.startsWith(start))
  ).map(({ sha, message }) => ({ sha, message }));
}
