import { branchOf, WORKTREES_DIR } from "../../domain/names.ts";
import type { Env } from "../../exec/env.ts";
import {
  basename,
  dirname,
  FRESH,
  isAbsolute,
  isWithin,
  PATTERN,
  realTarget,
  UNKNOWN,
} from "./paths.ts";

/** Where a task's agent may write. Folders are absolute and real. */
export interface Borders {
  worktree: string;
  branch: string;
  /** The plan's folders: where the task file lies, and their likes in the worktree. */
  plan: string[];
  /** For temporary files. */
  scratch: string[];
}

/** Whose place a path lies in. */
export type Zone = "worktree" | "itself" | "scratch" | "plan" | "git" | "outside" | "unknown";

/** The borders that the variables of an agent of parex describe; undefined if they do not. */
export function bordersFrom(env: Env): Borders | undefined {
  const { PAREX_WORKTREE: path = "", PAREX_TASK_ID: task, PAREX_TASK_FILE: file = "" } = env;
  if (!isAbsolute(path) || task === undefined) return undefined;
  const worktree = real(path);
  const scratch = [...new Set([env.TMPDIR, "/tmp", "/var/tmp"])]
    .filter((folder) => folder !== undefined && isAbsolute(folder))
    .map((folder) => real(folder ?? ""));
  return { worktree, branch: branchOf(task), plan: planFolders(worktree, file), scratch };
}

function planFolders(worktree: string, taskFile: string): string[] {
  const folders = [`${worktree}/.parallel`];
  if (!isAbsolute(taskFile)) return folders;
  const folder = real(dirname(taskFile));
  // A plan at the top of the repository has no folder of its own.
  if (isWithin(worktree, folder)) return folders;
  folders.push(folder);
  const root = dirname(dirname(worktree));
  const own = basename(dirname(worktree)) === WORKTREES_DIR && isWithin(folder, root);
  return own ? [...folders, worktree + folder.slice(root.length)] : folders;
}

function real(path: string): string {
  return realTarget(path, { follow: true }) ?? path;
}

/** `.*`, `.[!.]*` and `.??*` take `.git` with them. */
const HIDDEN = new RegExp(`^\\.${PATTERN}\\W*$`);

/** Whose place writing to `path` would change; a relative path counts from `cwd`. */
export function zoneOf(
  borders: Borders,
  path: string,
  cwd: string | undefined,
  follow = true,
): Zone {
  if (path.startsWith(UNKNOWN)) return "unknown";
  if (path.includes(FRESH)) return path.includes("..") ? "unknown" : "scratch";
  if (!isAbsolute(path) && cwd === undefined) return "unknown";
  // Not `resolve`, which would take `link/..` for nothing. `rm -r link/` empties what it points to.
  const target = realTarget(isAbsolute(path) ? path : `${cwd}/${path}`, {
    follow: follow || path.endsWith("/"),
  });
  if (target === undefined) return "unknown";
  if (/^\/dev\/(null|zero|full|tty|stdout|stderr|fd\/\d+)$/.test(target)) return "scratch";
  if (/^\/proc\/\d+\/fd\/|^\/dev\/pts\//.test(target)) return "scratch";
  if (borders.plan.some((folder) => isWithin(target, folder))) return "plan";
  if (isWithin(target, `${borders.worktree}/.git`)) return "git";
  if (dirname(target) === borders.worktree && HIDDEN.test(basename(target))) return "git";
  if (target === borders.worktree && !follow) return "itself";
  if (isWithin(target, borders.worktree)) return "worktree";
  return borders.scratch.some((folder) => isScratch(borders, folder, target))
    ? "scratch"
    : "outside";
}

/**
 * Where the repository itself lies in the temporary folder, other projects may as well: then only
 * files directly in it are scratch.
 */
function isScratch({ worktree }: Borders, folder: string, target: string): boolean {
  if (target === folder || !isWithin(target, folder)) return false;
  if (!isWithin(worktree, folder)) return true;
  return dirname(target) === folder && !target.includes(PATTERN) && !target.includes(UNKNOWN) &&
    !isFolder(target);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // not there yet
  }
}

/** Why writing there is denied, and what to do instead; undefined if it may be written. */
export function refusal(borders: Borders, zone: Zone, path: string): string | undefined {
  const shown = shownPath(path);
  switch (zone) {
    case "worktree":
    case "scratch":
      return undefined;
    case "plan":
      return `${shown} belongs to the plan, which parex keeps. Leave it as it is; if the plan ` +
        "should change, say so in your last message.";
    case "itself":
      return `${shown} is this task's worktree itself. Remove files in it by their names.`;
    case "git":
      return `${shown} is git's own. Change it through git commands alone.`;
    case "outside":
      return `${shown} lies outside this task's worktree. Write below ${borders.worktree} only ` +
        "(use relative paths from there), or to a file in /tmp for scratch. If the task needs a " +
        "change elsewhere, say so in your last message.";
    case "unknown":
      return `It cannot be told where ${shown} leads before the command runs. Write the path out, ` +
        `relative to ${borders.worktree}.`;
  }
}

function shownPath(path: string): string {
  const text = path.replaceAll(PATTERN, "*").replaceAll(UNKNOWN, "$…").replaceAll(FRESH, "…");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text || '""';
}
