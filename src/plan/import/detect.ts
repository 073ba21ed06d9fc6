import { join } from "node:path";
import { backlog } from "./backlog.ts";
import { beads } from "./beads.ts";
import { bmad } from "./bmad.ts";
import { isFile, sourceFile } from "./folders.ts";
import type { Format, FormatName } from "./format.ts";
import { kiro } from "./kiro.ts";
import { openspec } from "./openspec.ts";
import { specKit } from "./spec_kit.ts";
import { taskMaster } from "./task_master.ts";

/** The formats that are files; those that are easier to recognize come first. */
export const FILE_FORMATS: readonly Format[] = [
  kiro,
  openspec,
  specKit,
  taskMaster,
  backlog,
  beads,
  bmad,
];

/** Another tool's task list in local files. */
export interface DetectedList {
  format: Format;
  /** Absolute: a file, or the folder of several. */
  list: string;
  /** Nothing but its content says what it is. */
  byContent?: true;
}

/** The list that a path names, by its place, else by its content. */
export function detectList(path: string, from?: FormatName): DetectedList | undefined {
  const formats = FILE_FORMATS.filter(({ name }) => from === undefined || name === from);
  if (isPlan(path) && from === undefined) return undefined;
  for (const format of formats) {
    const list = format.locate(path);
    if (list !== undefined) return { format, list };
  }
  if (!isFile(path)) return undefined;
  const [only] = formats;
  if (from !== undefined && only) return { format: only, list: path };
  if (!/\.(?:md|json|jsonl)$/i.test(path)) return undefined;
  const text = textOf(path);
  const format = formats.find((each) => each.recognizes(text));
  return format && { format, list: path, byContent: true };
}

/** The lists in the usual places of a repository. */
export function findLists(root: string): DetectedList[] {
  return FILE_FORMATS.flatMap((format) => format.find(root).map((list) => ({ format, list })));
}

/** A folder with a plan of parex's own is that plan. */
function isPlan(path: string): boolean {
  return isFile(join(path, "plan.yaml")) ||
    (/\.ya?ml$/i.test(path) && !/\/sprint-status\.ya?ml$/.test(path));
}

function textOf(path: string): string {
  try {
    return sourceFile(path).text;
  } catch {
    return ""; // reading it says what is wrong
  }
}
