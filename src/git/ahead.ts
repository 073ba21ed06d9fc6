import type { Repository } from "./repository.ts";

/** A branch, and the branches whose commits do not count as its own. */
export interface AheadQuestion {
  branch: string;
  notFrom: string[];
}

/**
 * By branch: how many commits it has that neither the base nor the branches it builds on have. As with
 * `ownCommits`, merges and empty commits do not count. Asks git once for many branches.
 */
export async function commitsAhead(
  repo: Repository,
  base: string,
  questions: AheadQuestion[],
): Promise<Map<string, number>> {
  if (questions.length === 0) return new Map();
  const names = [...new Set(questions.flatMap(({ branch, notFrom }) => [branch, ...notFrom]))];
  const refs = names.map((name) => `refs/heads/${name}`);
  const input = [...refs, `^${base}`, ""].join("\n");
  const listed = await repo.git(["rev-list", "--parents", "--stdin"], { input });
  const counting = ["rev-list", "--no-merges", "--full-history", "--stdin", "--", ":/"];
  const counted = new Set((await repo.git(counting, { input })).split("\n"));
  const heads = await headsOf(repo, refs);
  const parents = new Map(
    listed.split("\n").map((line) => {
      const [commit = "", ...before] = line.split(" ");
      return [commit, before];
    }),
  );
  const reached = (from: string[], without: ReadonlySet<string>) => {
    const found = new Set(from.filter((commit) => parents.has(commit) && !without.has(commit)));
    // The loop also visits what is added to the set while it runs.
    for (const commit of found) {
      for (const parent of parents.get(commit) ?? []) {
        if (parents.has(parent) && !without.has(parent)) found.add(parent);
      }
    }
    return found;
  };
  return new Map(questions.map(({ branch, notFrom }) => {
    const headOf = (name: string) => heads.get(`refs/heads/${name}`) ?? "";
    const others = reached(notFrom.map(headOf), new Set());
    const own = reached([headOf(branch)], others);
    return [branch, own.intersection(counted).size];
  }));
}

/**
 * By merge: how many commits it brought to its first parent; merges and empty commits do not count. `merges`
 * are in their order on the base.
 */
export async function commitsMerged(
  repo: Repository,
  merges: readonly string[],
): Promise<Map<string, number>> {
  const [first] = merges;
  if (first === undefined) return new Map();
  const input = [...merges, `^${first}^1`, ""].join("\n");
  const listed = (await repo.git(["rev-list", "--parents", "--stdin"], { input })).split("\n");
  const parents = new Map(listed.map((line) => {
    const [commit = "", ...before] = line.split(" ");
    return [commit, before];
  }));
  const counting = ["rev-list", "--no-merges", "--full-history", "--stdin", "--", ":/"];
  const counted = new Set((await repo.git(counting, { input })).split("\n"));
  const seen = new Set<string>();
  /** Commits that no walk has come to before. */
  const walk = (from: readonly string[]) => {
    const found = new Set(from.filter((commit) => parents.has(commit) && !seen.has(commit)));
    for (const commit of found) {
      seen.add(commit);
      for (const parent of parents.get(commit) ?? []) {
        if (parents.has(parent) && !seen.has(parent)) found.add(parent);
      }
    }
    return found;
  };
  return new Map(merges.map((merge) => {
    const [base = "", ...others] = parents.get(merge) ?? [];
    walk([base]);
    return [merge, walk(others).intersection(counted).size];
  }));
}

async function headsOf(repo: Repository, refs: string[]): Promise<Map<string, string>> {
  const format = "--format=%(objectname) %(refname)";
  const listed = await repo.git(["for-each-ref", format, ...refs]);
  return new Map(
    listed.split("\n").map((line) => {
      const space = line.indexOf(" ");
      return [line.slice(space + 1), line.slice(0, space)];
    }),
  );
}
