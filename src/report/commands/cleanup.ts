import { createColors } from "picocolors";
import type {
  CleanupPlan,
  Keep,
  Kept,
  Landed,
  OldRecords,
  WorkFacts,
} from "../../domain/cleanup.ts";
import type { Failure } from "../../domain/failure.ts";
import { oneLine, shellWord } from "../escape.ts";
import { plural, wrap } from "../layout.ts";
import { explain } from "../messages/explain.ts";
import { sizeWords, statusWord } from "../words.ts";
import type { Paint } from "../run/phrases.ts";

interface Options {
  color: boolean;
  columns: number;
}

const LANDED: Record<Landed, string> = {
  merge: "merged into the base",
  rebase: "the base has all of its changes",
  squash: "squashed into the base",
  tree: "all of its content is in the base",
  pr: "its pull request is merged",
};

/** What a cleanup would do, and what it would leave. Its last line is ended. */
export function cleanupPlanText(plan: CleanupPlan, { color, columns }: Options): string {
  const paint = createColors(color);
  const lines = [
    ...list(
      "Would be removed",
      plan.remove.map((work) => [work.task, removalWords(work)]),
      paint,
      columns,
    ),
    ...keptLines(plan.keep, paint, columns),
  ];
  if (plan.old) lines.push(`Would be removed: ${oldWords(plan.old)}`);
  if (plan.archive) lines.push("All tasks have landed: the plan would be archived.");
  if (lines.length === 0) lines.push("Nothing to clean up.");
  return ended(lines);
}

/** What a cleanup has done. */
export interface CleanupDone {
  removed: { work: WorkFacts; anchored: string[]; leftover?: string | undefined }[];
  failed: { work: WorkFacts; failure: Failure }[];
  kept: Kept[];
  archived?: { path: string; copied: string[] } | undefined;
  old?: OldRecords | undefined;
}

/** `transcripts and logs of 5 old runs, 340.0 MB`. */
function oldWords({ runs, bytes }: OldRecords): string {
  return `transcripts and logs of ${plural(runs, "old run")}, ${sizeWords(bytes)}`;
}

/** The same, done. */
export function cleanupDoneText(done: CleanupDone, { color, columns }: Options): string {
  const paint = createColors(color);
  const lines = [
    ...list(
      "Removed",
      done.removed.map((one) => [one.work.task, removedWords(one)]),
      paint,
      columns,
    ),
    ...list("Not removed", done.failed.map(failedRow), paint, columns),
    ...keptLines(done.kept, paint, columns),
  ];
  const refs = done.removed.flatMap(({ anchored }) => anchored);
  if (refs[0] !== undefined) {
    lines.push(`Restore it: parex rescue restore ${shellWord(refs[0])}`);
  }
  if (done.old) lines.push(`Removed: ${oldWords(done.old)}`);
  if (done.archived) lines.push(...archiveLines(done.archived));
  if (lines.length === 0) lines.push("Nothing to clean up.");
  return ended(lines);
}

function archiveLines({ path, copied }: { path: string; copied: string[] }): string[] {
  const lines = [`Archived the plan in ${oneLine(path)}`];
  if (copied.length > 0) {
    lines.push(
      `${
        plural(copied.length, "file")
      } of the plan copied, not moved: git tracks them, or they are ` +
        "outside of this repository.",
    );
  }
  return lines;
}

function removalWords(work: WorkFacts): string[] {
  const { branch, worktree, landed } = work;
  const place = worktree === undefined
    ? `branch ${oneLine(branch)}`
    : worktree.missing !== undefined
    ? `branch ${oneLine(branch)}, and git's entry for its worktree, whose folder is missing`
    : `branch ${oneLine(branch)} and worktree ${oneLine(worktree.path)}`;
  const words = [
    `${place}: ${landed === undefined ? "not landed, named with --force" : LANDED[landed]}`,
  ];
  if (worktree && worktree.changed > 0) {
    words.push(`${plural(worktree.changed, "changed file")}: kept under a rescue ref`);
  }
  if (worktree && worktree.ignored > 0) {
    words.push(`${plural(worktree.ignored, "ignored file or folder")} in it: not kept`);
  }
  return words;
}

function removedWords({ work, anchored, leftover }: CleanupDone["removed"][number]): string[] {
  const words = [`branch ${oneLine(work.branch)}${work.worktree ? " and worktree" : ""}`];
  for (const ref of anchored) words.push(`rescue ref: ${oneLine(ref)}`);
  if (leftover !== undefined) {
    words.push(`cannot delete some of its files: ${oneLine(leftover)}`);
  }
  return words;
}

function failedRow({ work, failure }: CleanupDone["failed"][number]): Row {
  const { message, details, next } = explain(failure);
  return [work.task, [message, ...details, ...next.map((line) => `next: ${line}`)].map(oneLine)];
}

function keptLines(kept: Kept[], paint: Paint, columns: number): string[] {
  const rows = kept.map(({ work, keep }): Row => [work.task, keepWords(keep, work)]);
  const lines = list("Kept", rows, paint, columns);
  if (kept.some(({ keep }) => keep.why === "not_landed")) {
    lines.push("Land it: parex merge, or parex prs for pull requests");
  }
  const forcible = kept.filter(({ forcible }) => forcible).map(({ work }) => shellWord(work.task));
  if (forcible.length > 0) {
    lines.push(`Remove it anyway, under a rescue ref: parex cleanup --force ${forcible.join(" ")}`);
  }
  return lines;
}

function keepWords(keep: Keep, { branch, landed }: WorkFacts): string[] {
  switch (keep.why) {
    case "live":
      return [`the run ${oneLine(keep.run)} is in progress`];
    case "unreadable": {
      const { message, details } = explain(keep.failure);
      return [message, ...details].map(oneLine);
    }
    case "standing":
      return ["your shell is in its worktree: change to another folder first"];
    case "processes":
      return [`processes are running in its worktree: ${keep.pids.join(", ")}`];
    case "locked":
      return [`its worktree is locked: ${oneLine(keep.reason) || "no reason given"}`];
    case "elsewhere":
      return [`${oneLine(branch)} is checked out in ${oneLine(keep.path)}`];
    case "not_completed":
      return [
        `it is ${statusWord(keep.status)}` + (landed === "merge" ? "" : ", and has not landed"),
      ];
    case "not_landed":
      return ["it has commits that the base does not have"];
    case "strayed":
      return [`${oneLine(branch)} is not checked out in its worktree`];
    case "unfinished":
      return [`a ${keep.operation} is in progress in its worktree`];
    case "changed":
      return [
        `${plural(keep.files, "file")} in its worktree ${
          keep.files === 1 ? "is" : "are"
        } not committed`,
      ];
  }
}

type Row = [task: string, words: string[]];

const INDENT = 4;

function list(title: string, rows: Row[], paint: Paint, columns: number): string[] {
  if (rows.length === 0) return [];
  const indent = " ".repeat(INDENT);
  return [
    paint.bold(title),
    ...rows.flatMap(([task, words]) => [
      `  ${oneLine(task)}`,
      ...words.flatMap((word) => wrap(word, columns - INDENT)).map((line) => indent + line),
    ]),
    "",
  ];
}

function ended(lines: string[]): string {
  const last = lines.at(-1) === "" ? lines.slice(0, -1) : lines;
  return last.map((line) => line + "\n").join("");
}
