import { createColors } from "picocolors";
import type { Unfinished } from "../../domain/failure.ts";
import { oneLine, shellWord } from "../escape.ts";
import { plural } from "../layout.ts";

/** Work that was anchored, as `parex rescue list --json` prints it. */
export interface RescueEntry {
  ref: string;
  sha: string;
  run: string;
  task: string;
  /** The branch of HEAD; null: none, or there was no worktree. */
  branch: string | null;
  /** Those that no branch or tag holds. */
  commits: number;
  /** Files that were staged, changed or untracked. */
  uncommitted: boolean;
  /** The unfinished operation. */
  unfinished: Unfinished | null;
  stashes: number;
  /** With work, inside the worktree. */
  repositories: number;
}

/** The list for people. Its last line is ended. */
export function rescueListText(entries: RescueEntry[], { color }: { color: boolean }): string {
  const paint = createColors(color);
  if (entries.length === 0) return "No rescue refs.\n";
  const lines = entries.flatMap((entry) => [
    oneLine(entry.ref),
    paint.dim(`  ${holds(entry).join(", ")}`),
  ]);
  const next = `Restore one: parex rescue restore ${shellWord(entries[0]?.ref ?? "")}`;
  return [...lines, "", next].map((line) => line + "\n").join("");
}

function holds(
  { branch, commits, uncommitted, unfinished, stashes, repositories }: RescueEntry,
): string[] {
  const of = branch === null ? "" : ` of ${oneLine(branch)}`;
  const held = [
    ...(commits === 0 ? [] : [plural(commits, "commit") + of]),
    ...(uncommitted ? ["uncommitted files"] : []),
    ...(unfinished === null ? [] : [`a ${unfinished} in progress`]),
    ...(stashes === 0 ? [] : [plural(stashes, "stash", "stashes")]),
    ...(repositories === 0 ? [] : [plural(repositories, "repository", "repositories")]),
  ];
  return held.length > 0 ? held : ["nothing that a branch does not have"];
}

/** What has been brought back, as `parex rescue restore --json` prints it. */
export interface RestoredWork {
  ref: string;
  path: string;
  branch: string;
  /** Stashes that are on git's list again. */
  stashes: number;
}

/** The same for people. Its last line is ended. */
export function restoredText(restored: RestoredWork, unfinished?: Unfinished): string {
  const lines = [
    `Restored in ${oneLine(restored.path)}, on the branch ${oneLine(restored.branch)}.`,
  ];
  if (restored.stashes > 0) lines.push("Its stashes are back: git stash list");
  if (unfinished !== undefined) {
    lines.push(
      `A ${unfinished} was in progress: commit its files, or undo them.`,
    );
  }
  lines.push(`Look at it: git -C ${shellWord(restored.path)} status`);
  return lines.map((line) => line + "\n").join("");
}
