import type { Unfinished } from "../../domain/failure.ts";
import type { Stash } from "./reflog_commits.ts";

/** What a rescue commit says of the work that it holds. Its tree is all files as they lay there. */
export interface RescueNote {
  run: string;
  task: string;
  /** The worktree's HEAD; absent without a worktree, or if it had no commit. */
  head?: string | undefined;
  /** What HEAD stood on. */
  branch?: string | undefined;
  /** What was half done there. */
  unfinished?: Unfinished;
  /** A commit of what was staged. Absent: nothing was uncommitted. */
  index?: string;
  /** A commit of three folders, the versions of the files in conflict by their stage. */
  conflicts?: string | undefined;
  /** A commit of the files that are not to go through filters, as they lay there. */
  raw?: string | undefined;
  /** Files that were announced to git and not staged. */
  intended: string[];
  /** Branches and other refs that were to go. */
  refs: { ref: string; sha: string }[];
  /** Commits that no ref named. */
  commits: string[];
  stashes: Stash[];
  /** Repositories inside the worktree, each as a rescue commit of its own. */
  nested: { path: string; sha: string }[];
}

/** The message of a rescue commit. */
export function writeNote(note: RescueNote): string {
  const title = `Work of ${note.task}, anchored before its removal`;
  return `${title}\n\n${JSON.stringify(note, null, 2)}\n`;
}

/** What a commit's message says, if it is one that parex wrote. */
export function readNote(message: string): RescueNote | undefined {
  const start = message.indexOf("\n\n{");
  if (start < 0) return undefined;
  try {
    const note = JSON.parse(message.slice(start));
    return isNote(note) ? note : undefined;
  } catch {
    return undefined;
  }
}

/** Only parex writes below `refs/parex`: this tells its commits from others, not good from bad ones. */
function isNote(value: Partial<RescueNote>): value is RescueNote {
  return typeof value.run === "string" && typeof value.task === "string" &&
    [value.intended, value.refs, value.commits, value.stashes, value.nested].every(Array.isArray);
}
