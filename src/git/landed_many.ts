import { resultOf } from "../domain/failed.ts";
import type { Result } from "../domain/result.ts";
import { mapBounded } from "../util/map_limit.ts";
import { entries } from "./git.ts";
import { type LandedBy, landedBy } from "./landed.ts";
import type { Repository } from "./repository.ts";

/** Limit of concurrent git processes. */
const AT_ONCE = 4;

/** By branch: how all of it got into one of the bases; undefined: it did not. */
export type LandedBranches = Map<string, Result<LandedBy | undefined>>;

/**
 * As `landedBy`, for many branches: a few git commands decide most of them at once. Only branches whose paths
 * have all changed on the base are compared one by one.
 */
export async function landedBranches(
  repo: Repository,
  branches: string[],
  bases: string[],
): Promise<LandedBranches> {
  const found: LandedBranches = new Map();
  let open = branches;
  const asked = new Map<string, string[]>(branches.map((branch) => [branch, []]));
  for (const base of bases) {
    // One broken branch makes the commands for all fail: then each is checked separately.
    const sorted = await resultOf(() => sort(repo, open, base));
    const { merged, unlanded } = sorted.ok ? sorted.value : NONE;
    for (const branch of open) {
      if (merged.has(branch)) found.set(branch, { ok: true, value: "merge" });
      else if (!unlanded.has(branch)) asked.get(branch)?.push(base);
    }
    open = open.filter((branch) => !found.has(branch));
  }
  await mapBounded(open, AT_ONCE, async (branch) => {
    const still = asked.get(branch) ?? [];
    found.set(branch, await resultOf(() => landedBy(repo, branch, still)));
  });
  return found;
}

interface Sorted {
  merged: ReadonlySet<string>;
  /** Branches with changes that are certainly not in the base. */
  unlanded: ReadonlySet<string>;
}

const NONE: Sorted = { merged: new Set(), unlanded: new Set() };

async function sort(repo: Repository, branches: string[], base: string): Promise<Sorted> {
  if (branches.length === 0) return NONE;
  const [tips, merged] = [await tipsOf(repo, []), await tipsOf(repo, [`--merged=${base}`])];
  const left = branches.filter((branch) => !merged.has(branch));
  if (left.length === 0) return { merged: new Set(merged.keys()), unlanded: NONE.unlanded };
  const forks = await forksOf(repo, tips, left, base);
  const trees = await treesOf(repo, [...new Set(forks.values())]);
  const pairs = new Map<string, string>();
  for (const [branch, fork] of forks) {
    const [from, to] = [trees.get(fork), tips.get(branch)?.tree];
    if (from !== undefined && to !== undefined && from !== to) pairs.set(branch, `${from} ${to}`);
  }
  const changed = await pathsBetween(repo, [...new Set(pairs.values())]);
  const touched = await changedSince(repo, [...new Set(forks.values())], base);
  const isUnlanded = (branch: string) =>
    changed.get(pairs.get(branch) ?? "")?.some((path) => !touched.has(path)) ?? false;
  return { merged: new Set(merged.keys()), unlanded: new Set(left.filter(isUnlanded)) };
}

interface Tip {
  commit: string;
  tree: string;
}

async function tipsOf(repo: Repository, which: string[]): Promise<Map<string, Tip>> {
  const format = "--format=%(objectname) %(tree) %(refname:lstrip=2)";
  const listed = await repo.git(["for-each-ref", ...which, format, "refs/heads"]);
  return new Map(
    linesOf(listed).map((line) => {
      const [commit = "", tree = "", ...name] = line.split(" ");
      return [name.join(" "), { commit, tree }];
    }),
  );
}

/**
 * The commits at which branches left the base. A branch with several of them, because it merged the base, or
 * with none, has no entry.
 */
async function forksOf(
  repo: Repository,
  tips: ReadonlyMap<string, Tip>,
  branches: string[],
  base: string,
): Promise<Map<string, string>> {
  const heads = new Set(branches.flatMap((branch) => tips.get(branch)?.commit ?? []));
  const input = [...heads, `^${base}`, ""].join("\n");
  const listed = await repo.git(["rev-list", "--parents", "--topo-order", "--stdin"], { input });
  const parents = new Map(
    linesOf(listed).map((line) => {
      const [commit = "", ...before] = line.split(" ");
      return [commit, before];
    }),
  );
  const entered = new Map<string, Set<string>>();
  // Children come first, so in reverse all parents are known; unlisted commits are the base's.
  for (const [commit, before] of [...parents].reverse()) {
    const into = before.map((one) => entered.get(one) ?? new Set([one]));
    entered.set(commit, into.reduce((all, some) => all.union(some), new Set<string>()));
  }
  const forks = new Map<string, string>();
  for (const branch of branches) {
    const [fork, ...others] = entered.get(tips.get(branch)?.commit ?? "") ?? [];
    if (fork !== undefined && others.length === 0) forks.set(branch, fork);
  }
  return forks;
}

async function treesOf(repo: Repository, commits: string[]): Promise<Map<string, string>> {
  if (commits.length === 0) return new Map();
  const input = [...commits, ""].join("\n");
  const listed = await repo.git(["log", "--no-walk", "--format=%H %T", "--stdin"], { input });
  return new Map(linesOf(listed).map((line) => line.split(" ") as [string, string]));
}

/** The paths that differ between two trees, by `<tree> <tree>`; every pair must differ. */
async function pathsBetween(repo: Repository, pairs: string[]): Promise<Map<string, string[]>> {
  const paths = new Map<string, string[]>(pairs.map((pair) => [pair, []]));
  if (pairs.length === 0) return paths;
  const args = ["diff-tree", "--stdin", "-r", "-z", "--no-renames", "--name-only"];
  const diff = await repo.git(args, { input: [...pairs, ""].join("\n") });
  let pair = "";
  for (const entry of entries(diff)) {
    const [head = "", rest] = splitPair(entry);
    if (head !== "") pair = head;
    if (rest !== "") paths.get(pair)?.push(rest);
  }
  return paths;
}

/** git ends the line with the two trees by a newline, even with `-z`. */
function splitPair(entry: string): [pair: string, path: string] {
  const match = /^([0-9a-f]{40,64} [0-9a-f]{40,64})\n([^]*)$/.exec(entry);
  return match ? [match[1] ?? "", match[2] ?? ""] : ["", entry];
}

/** The paths that commits of the base have changed since the first fork. */
async function changedSince(
  repo: Repository,
  forks: string[],
  base: string,
): Promise<Set<string>> {
  if (forks.length === 0) return new Set();
  const first = await repo.maybe(["merge-base", "--octopus", ...forks]);
  const args = ["log", "--format=", "--name-only", "-z", "--no-renames"];
  const range = first === undefined ? base : `${first}..${base}`;
  const log = await repo.git([...args, "--diff-merges=first-parent", range, "--"]);
  return new Set(entries(log).map((path) => path.replace(/^\n/, "")));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
