import type { Priority, Status } from "../../domain/task.ts";

export const FORMATS = [
  "spec-kit",
  "kiro",
  "openspec",
  "bmad",
  "task-master",
  "backlog",
  "beads",
  "github",
] as const;
export type FormatName = typeof FORMATS[number];

export interface SourceFile {
  /** Absolute. */
  path: string;
  text: string;
}

/** Where a list says whether something is done: the characters from `start` to `end` of a file. */
export interface Mark {
  path: string;
  start: number;
  end: number;
  /** The list's word for a status; for a status without one, its word for `pending`. */
  words: Partial<Record<Status, string>> & { pending: string };
}

/** A deferred task is left out, with what waits for it. */
export type ForeignStatus = Status | "deferred";

export interface ForeignTask {
  /** As the list has it, or made from the task's position. */
  id: string;
  name: string;
  status: ForeignStatus;
  priority?: Priority | undefined;
  dependencies: string[];
  /** What the list says about it apart from its name: Markdown. */
  text: string;
  labels?: string[] | undefined;
  marks: Mark[];
  /** Its position in the file. */
  path: string;
  line: number;
  /** The issue on GitHub that its pull request closes. */
  issue?: number | undefined;
}

/** What no agent does: it is done when all its members are. */
export interface ForeignGroup {
  id: string;
  name: string;
  text: string;
  status: ForeignStatus;
  /** Ids of tasks and of other groups. */
  members: string[];
  /** What all of its members wait for. */
  dependencies?: string[] | undefined;
  marks: Mark[];
}

/** A remark on how the list was read, for people. */
export interface Note {
  path: string;
  line: number;
  message: string;
}

/** The content of another tool's task list. */
export interface ForeignList {
  name: string;
  tasks: ForeignTask[];
  groups: ForeignGroup[];
  notes: Note[];
}

/** The format of another tool. */
export interface Format {
  name: FormatName;
  /** For people. */
  title: string;
  /** Where its lists are, for people. */
  place: string;
  /**
   * The list that a path names: the file itself, or a file in the folder; undefined: not this
   * format.
   */
  locate(path: string): string | undefined;
  /** Whether a text is such a list, wherever its file is. */
  recognizes(text: string): boolean;
  /** The lists in the usual places of a repository. */
  find(root: string): string[];
  /** The folder of the list, and the names of files in it that explain the tasks. */
  context(list: string): { folder: string; names: string[] };
  /** The files that make up a list. Throws what the system throws. */
  files(list: string): SourceFile[];
  /** Never throws but for `NotAList`. */
  read(files: readonly SourceFile[], list: string): ForeignList;
}

/** A list cannot be read at all; the place is the first one that makes no sense. */
export class NotAList extends Error {
  constructor(message: string, readonly path: string, readonly line = 1, readonly column = 1) {
    super(message);
  }
}
