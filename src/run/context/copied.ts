import { Failed } from "../../domain/failed.ts";
import type { Settings } from "../../domain/settings.ts";
import { filesToCopy } from "../../git/copy.ts";
import { entries } from "../../git/git.ts";
import type { Repository } from "../../git/repository.ts";

/**
 * Fails with `copied_committed` if commits of a branch that none of `notFrom` has contain files that parex
 * copies into worktrees and `since` does not have. Those must not leave this machine: an agent, or a person,
 * can force one into a commit.
 */
export async function refuseCopied(
  { repo, settings }: { repo: Repository; settings: Pick<Settings, "copy"> },
  branch: string,
  { notFrom, since }: { notFrom: readonly string[]; since: string },
): Promise<void> {
  const copied = await filesToCopy(repo, settings.copy);
  if (copied.length === 0) return;
  const args = ["log", "--format=", "--name-only", "-z", "--full-history", `refs/heads/${branch}`];
  const paths = copied.map((path) => `:(top,literal)${path}`);
  const listed = await repo.git([...args, "--not", ...notFrom, "--", ...paths]);
  const changed = new Set(entries(listed).map((path) => path.trim()).filter((path) => path !== ""));
  if (changed.size === 0) return;
  const known = await repo.git(["ls-tree", "-r", "-z", "--name-only", since, "--", ...changed]);
  const tracked = new Set(entries(known));
  const found = [...changed].filter((path) => !tracked.has(path)).sort();
  if (found.length > 0) throw new Failed({ reason: "copied_committed", paths: found, since });
}
