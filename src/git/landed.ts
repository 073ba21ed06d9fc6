import { isAncestor } from "./ancestry.ts";
import { gitFailed } from "./git.ts";
import type { Repository } from "./repository.ts";

/**
 * How a branch got into its base: by its very commits (`merge`), by other commits with the same changes, one
 * each (`rebase`) or one for all (`squash`), or by its content in some other way (`tree`).
 */
export type LandedBy = "merge" | "rebase" | "squash" | "tree";

/** How all of a branch got into one of these bases (branches, commits); undefined: it did not. */
export async function landedBy(
  repo: Repository,
  branch: string,
  bases: string[],
): Promise<LandedBy | undefined> {
  const tip = `refs/heads/${branch}`;
  for (const base of bases) {
    const landed = await landedIn(repo, tip, base);
    if (landed !== undefined) return landed;
  }
  return undefined;
}

async function landedIn(
  repo: Repository,
  tip: string,
  base: string,
): Promise<LandedBy | undefined> {
  const contained = await isAncestor(repo, tip, base);
  if (contained) return "merge";
  const fork = await repo.maybe(["merge-base", tip, base]);
  if (fork === undefined) return undefined;
  const tests: [LandedBy, () => Promise<boolean>][] = [
    ["rebase", () => hasPatches(repo, tip, base)],
    ["squash", () => hasSquash(repo, fork ?? "", tip, base)],
    ["tree", () => hadTree(repo, fork ?? "", tip, base)],
    ["tree", () => mergeChangesNothing(repo, tip, base)],
  ];
  for (const [how, test] of tests) {
    const passed = await test();
    if (passed) return how;
  }
  return undefined;
}

/** Whether the base has a commit with the same patch for every commit of the branch. */
async function hasPatches(repo: Repository, tip: string, base: string): Promise<boolean> {
  const compared = await repo.git(["cherry", base, tip]);
  const lines = compared.split("\n").filter((line) => line !== "");
  return lines.length > 0 && lines.every((line) => line.startsWith("- "));
}

/**
 * The same for one commit with all changes of the branch; the commit is created only for this question, and
 * left to git's garbage collection.
 */
async function hasSquash(
  repo: Repository,
  fork: string,
  tip: string,
  base: string,
): Promise<boolean> {
  const env = {
    GIT_AUTHOR_NAME: "parex",
    GIT_AUTHOR_EMAIL: "parex@localhost",
    GIT_COMMITTER_NAME: "parex",
    GIT_COMMITTER_EMAIL: "parex@localhost",
  };
  const args = ["commit-tree", "-p", fork, "-m", "squashed", `${tip}^{tree}`];
  const squashed = await repo.line(args, { env });
  return await hasPatches(repo, squashed, base);
}

/** Whether the base has had exactly the branch's tree since the branch left it. */
async function hadTree(
  repo: Repository,
  fork: string,
  tip: string,
  base: string,
): Promise<boolean> {
  const tree = await repo.line(["rev-parse", `${tip}^{tree}`]);
  const args = ["log", "--first-parent", "--format=%T", `${fork}..${base}`, "--"];
  const trees = await repo.git(args);
  return trees.split("\n").includes(tree);
}

/** Whether merging the branch would leave the base unchanged. */
async function mergeChangesNothing(repo: Repository, tip: string, base: string): Promise<boolean> {
  const args = ["merge-tree", "--write-tree", "--no-messages", "--end-of-options", base, tip];
  const merged = await repo.result(args);
  if (merged.code > 1) throw gitFailed(args, merged);
  const tree = await repo.line(["rev-parse", `${base}^{tree}`]);
  return merged.code === 0 && merged.stdout.trim() === tree;
}
