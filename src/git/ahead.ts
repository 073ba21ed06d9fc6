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
