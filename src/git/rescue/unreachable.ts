import type { Repository } from "../repository.ts";

/**
 * The newest of these commits that no ref contains once the refs of `going` are gone. Stashes and remote-
 * tracking branches of the same branches are not counted: a person or a fetch may drop them.
 */
export async function commitsLostWithout(
  repo: Repository,
  commits: string[],
  going: string[],
): Promise<string[]> {
  if (commits.length === 0) return [];
  const branches = going.filter((ref) => ref.startsWith("refs/heads/"));
  const copies = branches.map((ref) => ref.replace("refs/heads/", "refs/remotes/*/"));
  const exclude = [...going, ...copies, "refs/stash"].map((ref) => `--exclude=${ref}`);
  const args = ["rev-list", "--parents", "--stdin", "--not", ...exclude, "--glob=refs/*"];
  const input = [...commits, ""].join("\n");
  const listed = await repo.git(args, { input });
  const lines = listed.split("\n").filter((line) => line !== "").map((line) => line.split(" "));
  const parents = new Set(lines.flatMap(([, ...parents]) => parents));
  const lost = new Set(lines.map(([sha = ""]) => sha));
  return [...new Set(commits)].filter((sha) => lost.has(sha) && !parents.has(sha));
}
