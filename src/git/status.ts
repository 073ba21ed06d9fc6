import type { Git } from "./git.ts";

/** A file that differs from the last commit. */
export interface Change {
  /** Relative to the top level; ends in `/` for an untracked folder. */
  path: string;
  /** Two letters as `git status --porcelain` has them: index, then work tree; `??` is untracked. */
  state: string;
  /** It was staged as a new link to a commit of another repository. */
  newLink?: true;
}

/** The output of `git status`, parsed. */
export interface Status {
  changes: Change[];
  /** Absent: HEAD is detached. */
  branch?: string | undefined;
  /** Absent: the branch has no commit yet. */
  sha?: string | undefined;
}

/** The git command whose output is parsed here; more flags can be added. */
export const STATUS = [
  "status",
  "--porcelain=v2",
  "--branch",
  "--no-ahead-behind",
  "-z",
  "--no-renames",
  // `status.showUntrackedFiles = no` is a common setting, and an agent's new files are untracked.
  "--untracked-files=normal",
];

/** Runs `git status` in a worktree with these flags. */
export async function readStatus(
  worktree: Git,
  flags: string[] = [],
): Promise<Status> {
  const status = await worktree.git([...STATUS, ...flags]);
  return readPorcelain(status);
}

/** Parses "Porcelain Format Version 2" of git-status(1). */
export function readPorcelain(output: string): Status {
  const status: Status = { changes: [] };
  for (const line of output.split("\0")) {
    const [kind = "", first = "", second = ""] = line.split(" ", 3);
    const before = PATH_AFTER[kind];
    if (before !== undefined) {
      const path = line.split(" ").slice(before).join(" ");
      const state = before === 1 ? kind + kind : first.replaceAll(".", " ");
      const isNewLink = kind === "1" && / 000000 160000 /.test(line.slice(0, NEW_LINK_BEFORE));
      status.changes.push({ path, state, ...(isNewLink ? { newLink: true } : {}) });
    } else if (first === "branch.oid" && second !== "(initial)") {
      status.sha = second;
    } else if (first === "branch.head" && second !== "(detached)") {
      status.branch = second;
    }
  }
  return status;
}

/** The modes of HEAD and of the index end before this character. */
const NEW_LINK_BEFORE = "1 A. S... 000000 160000 ".length;

/** How many fields precede the path, by the kind of line: changed, unmerged, untracked, ignored. */
const PATH_AFTER: Record<string, number> = { "1": 8, u: 10, "?": 1, "!": 1 };
