import { createHash } from "node:crypto";
import { entries, type Git } from "../../git/git.ts";

/** Files that say what a project's setup installs, in any folder. */
const MANIFEST =
  /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|pnpm-(lock|workspace)\.yaml|yarn\.lock|bun\.lockb?|deno\.(jsonc?|lock)|(dev-)?requirements[^/]*\.(txt|in)|requirements\/[^/]+\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|(uv|poetry|pdm|Pipfile|Cargo|Gemfile|composer|mix|gradle)\.lock(file)?|Pipfile|Gemfile|composer\.json|Cargo\.toml|go\.(mod|sum)|pom\.xml|(build|settings)\.gradle(\.kts)?|[^/]+\.(cs|fs|vb)proj|packages\.lock\.json|\.tool-versions|Makefile)$/;

/**
 * A fingerprint of the files that a project's setup usually reads. It is a shortcut: a change that it misses
 * is found when a check fails, and passes after setup has run again.
 */
export async function manifestsOf(worktree: Git): Promise<string> {
  const listed = await worktree.git(["ls-tree", "-r", "-z", "HEAD"]);
  const manifests = entries(listed).filter((entry) => MANIFEST.test(entry.split("\t")[1] ?? ""));
  return createHash("sha256").update(manifests.join("\0")).digest("hex");
}

/** Whether a commit has the same of these files as another one. */
export async function sameManifests(at: Git, one: string, other: string): Promise<boolean> {
  if (one === other) return true;
  const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--end-of-options"];
  const changed = entries(await at.git([...args, one, other]));
  return !changed.some((path) => MANIFEST.test(path));
}
