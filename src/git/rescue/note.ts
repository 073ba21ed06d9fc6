import type { Unfinished } from "../../domain/failure.ts";
import type { Stash } from "./reflog_commits.ts";

/** A rescue commit's description of its content. Its tree is all files as they were. */
export interface RescueNote {
  run: string;
  task: string;
  /** The worktree's HEAD; absent without a worktree, or without a commit. */
  head?: string | undefined;
  /** The branch of HEAD. */
  branch?: string | undefined;
  /** The operation in progress there. */
  unfinished?: Unfinished;
  /** A commit of what was staged. Absent: there were no uncommitted changes. */
  index?: string;
  /** A commit of three folders: the versions of the files in conflict, by stage. */
  conflicts?: string | undefined;
  /** A commit of the files that must not go through filters, byte for byte. */
  raw?: string | undefined;
  /** Files that were added with `git add -N`. */
  intended: string[];
  /** Branches and other refs that were to be deleted. */
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

/** Parses a commit's message, if parex wrote it. */
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

/** Only parex writes below `refs/parex`: this recognizes its commits and does not validate them. */
function isNote(value: Partial<RescueNote>): value is RescueNote {
  return typeof value.run === "string" && typeof value.task === "string" &&
    [value.intended, value.refs, value.commits, value.stashes, value.nested].every(Array.isArray);
}
