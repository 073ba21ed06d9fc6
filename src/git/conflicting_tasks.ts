import type { FileConflict } from "../domain/file_conflict.ts";
import { forkPoint } from "./ancestry.ts";
import type { Repository } from "./repository.ts";

/** Lines of a file: the first one, and how many. */
interface Lines {
  start: number;
  count: number;
}

/** A hunk: lines of the old file, and their replacement in the new one. */
interface Hunk {
  before: Lines;
  after: Lines;
}

/**
 * The tasks whose landed changes conflict with a branch in these files: by overlapping lines if both sides
 * changed lines, otherwise by file. In the order in which they landed.
 */
export async function tasksInConflict(
  repo: Repository,
  { ours, theirs }: { ours: string; theirs: string },
  conflicts: readonly FileConflict[],
): Promise<string[]> {
  const fork = await forkPoint(repo, ours, theirs);
  const commits = new Set<string>();
  for (const conflict of conflicts) {
    const found = fork === undefined
      ? undefined
      : await overlappingCommits(repo, { fork, ours, theirs }, conflict);
    const all = found ?? await commitsOnFile(repo, fork, ours, conflict);
    for (const commit of all) commits.add(commit);
  }
  if (commits.size === 0) return [];
  const format = "--format=%H %(trailers:key=Implements,valueonly,separator=%x2c)";
  const since = fork === undefined ? ours : `${fork}..${ours}`;
  const log = await repo.git(["log", "--first-parent", "--reverse", format, since]);
  const tasks = log.split("\n").flatMap((line) => {
    const [commit = "", names = ""] = line.split(" ", 2);
    return commits.has(commit) ? names.split(",").filter((name) => name !== "") : [];
  });
  return [...new Set(tasks)];
}

/**
 * The commits on the base's first-parent line whose lines overlap the branch's; undefined: lines cannot tell.
 */
async function overlappingCommits(
  repo: Repository,
  { fork, ours, theirs }: { fork: string; ours: string; theirs: string },
  conflict: FileConflict,
): Promise<string[] | undefined> {
  const { path, binary } = conflict;
  const sides = [conflict.ours.did, conflict.theirs.did];
  if (binary || !sides.every((did) => did === "modified" || did === "renamed")) return undefined;
  const base = conflict.ours.from ?? conflict.theirs.from ?? path;
  const here = conflict.ours.did === "renamed" ? path : base;
  const there = conflict.theirs.did === "renamed" ? path : base;
  const [own, other] = [
    await hunksBetween(repo, `${fork}:${base}`, `${ours}:${here}`),
    await hunksBetween(repo, `${fork}:${base}`, `${theirs}:${there}`),
  ];
  const meeting = own?.filter((hunk) => other?.some((one) => overlaps(hunk.before, one.before)));
  if (!meeting || meeting.length === 0) return undefined;
  // Lines that the base deleted cannot be blamed.
  if (meeting.some(({ after }) => after.count === 0)) return undefined;
  const ranges = meeting.map(({ after }) => `-L${after.start},+${after.count}`);
  const flags = ["--first-parent", "--line-porcelain", "--no-textconv", ...ranges];
  const blamed = await repo.result(["blame", ...flags, `${fork}..${ours}`, "--", here]);
  return blamed.code === 0 ? commitsOf(blamed.stdout) : undefined;
}

/** The commits that `git blame --line-porcelain` names, without those before the range. */
function commitsOf(blamed: string): string[] {
  const commits = new Set<string>();
  for (const line of blamed.split(/^\t.*\n/m)) {
    const commit = /^([0-9a-f]{40,}) \d+ \d+/.exec(line)?.[1];
    if (commit !== undefined && !/^boundary$/m.test(line)) commits.add(commit);
  }
  return [...commits];
}

/** Changes of adjacent lines conflict, too. */
function overlaps(a: Lines, b: Lines): boolean {
  const end = ({ start, count }: Lines) => start + Math.max(count, 1);
  return a.start <= end(b) && b.start <= end(a);
}

async function hunksBetween(
  repo: Repository,
  before: string,
  after: string,
): Promise<Hunk[] | undefined> {
  const flags = ["-U0", "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv"];
  const diff = await repo.result(["diff", ...flags, before, after]);
  if (diff.code !== 0) return undefined;
  const found = diff.stdout.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm);
  const lines = (start = "0", count = "1") => ({ start: Number(start), count: Number(count) });
  return [...found].map(([, from, fromCount, to, toCount]) => ({
    before: lines(from, fromCount),
    after: lines(to, toCount),
  }));
}

/** The commits on the base's first-parent line that changed the file, under any name. */
async function commitsOnFile(
  repo: Repository,
  fork: string | undefined,
  ours: string,
  { path, ours: own, theirs }: FileConflict,
): Promise<string[]> {
  const names = [path, own.from, own.to, theirs.from, theirs.to].filter((name) =>
    name !== undefined
  );
  // git writes a file to `thing~HEAD` if a folder has taken its place.
  const paths = names.map((name) => `:(top,literal)${name.replace(/~[^/~]+$/, "")}`);
  const since = fork === undefined ? ours : `${fork}..${ours}`;
  const args = ["log", "--first-parent", "--format=%H", since, "--", ...paths];
  const log = await repo.git(args);
  return log.split("\n").filter((commit) => commit !== "");
}
