import { oneLine, shellWord } from "../escape.ts";
import { plural, wrap } from "../layout.ts";

/** What `parex import` has made of somebody else's list. */
export interface Imported {
  /** The format's name, for people. */
  format: string;
  list: string;
  /** `plan.yaml`, relative to the current folder. */
  plan: string;
  name: string;
  tasks: number;
  /** Of the tasks. */
  done: number;
  unchanged: boolean;
  /** How the list was read where it may be read in another way. */
  notes: { at: string; message: string }[];
}

/** What was imported, what to know about it, and what to do next. */
export function importedText(imported: Imported, { columns }: { columns: number }): string {
  const { format, list, plan, tasks, done, unchanged, notes } = imported;
  const finished = done === 0 ? "" : `, ${done} of them done`;
  const lines = [
    `${oneLine(plan)}: ${plural(tasks, "task")}${finished}, from ${oneLine(list)} (${format})` +
    (unchanged ? "; it was there already" : ""),
    ...notes.flatMap(({ at, message }) =>
      wrap(`note: ${oneLine(at)}: ${oneLine(message)}`, columns - 2).map((line, nth) =>
        nth === 0 ? line : `  ${line}`
      )
    ),
    `next: parex execute --dry-run ${shellWord(plan)}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** The lists that parex knows, as a hint. */
export function importFormatsText(): string {
  return "parex knows the lists of Spec Kit, Kiro, OpenSpec, BMAD, Task Master, Backlog.md and beads, " +
    "and GitHub issues (--label)";
}
