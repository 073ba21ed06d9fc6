import { branchOf } from "../../domain/names.ts";
import type { Env } from "../../exec/env.ts";
import { basename, dirname, isAbsolute, isWithin, realTarget } from "./paths.ts";

/** Where a task's agent may write. Folders are absolute and real. */
export interface Borders {
  worktree: string;
  branch: string;
  /** The user's own working tree; undefined if the repository is bare. */
  checkout: string | undefined;
  /** The plan's folders: the task file's folder, and the same folder in the worktree. */
  plan: string[];
  /** For temporary files. */
  scratch: string[];
}

/** Who owns the place of a path. */
export type Zone =
  | "worktree"
  | "itself"
  | "scratch"
  | "plan"
  | "git"
  | "checkout"
  | "outside"
  | "unknown";

/**
 * The borders that the variables of an agent of parex describe; undefined if they do not.
 * `commonDir` is the git directory that all worktrees share.
 */
export function bordersFrom(env: Env, commonDir: string | undefined): Borders | undefined {
  const { PAREX_WORKTREE: path = "", PAREX_TASK_ID: task, PAREX_TASK_FILE: file = "" } = env;
  if (!isAbsolute(path) || task === undefined) return undefined;
  const worktree = real(path);
  const checkout = commonDir !== undefined && basename(commonDir) === ".git"
    ? real(dirname(commonDir))
    : undefined;
  const scratch = [...new Set([env.TMPDIR, "/tmp", "/var/tmp"])]
    .filter((folder) => folder !== undefined && isAbsolute(folder))
    .map((folder) => real(folder ?? ""));
  return {
    worktree,
    branch: env.PAREX_BRANCH ?? branchOf(task),
    checkout,
    plan: planFolders(worktree, checkout, file),
    scratch,
  };
}

function planFolders(worktree: string, checkout: string | undefined, file: string): string[] {
  const folders = [`${worktree}/.parallel`];
  if (!isAbsolute(file)) return folders;
  const folder = real(dirname(file));
  // A plan at the root of the repository has no folder of its own.
  if (isWithin(worktree, folder) || folder === checkout) return folders;
  const within = checkout !== undefined && isWithin(folder, checkout);
  return [...folders, folder, ...(within ? [worktree + folder.slice(checkout.length)] : [])];
}

function real(path: string): string {
  try {
    return Deno.realPathSync(path); // one question instead of one for each folder
  } catch {
    return realTarget(path, { follow: true }) ?? path;
  }
}

/** Whose place writing to `path` would change; a relative path counts from `cwd`. */
export function zoneOf(
  borders: Borders,
  path: string,
  cwd: string | undefined,
  follow = true,
): Zone {
  if (cwd === undefined && !isAbsolute(path)) return "unknown";
  if (/^[\uE000\uE001]/.test(path)) {
    // Most likely the name of something here.
    const here = zoneOf(borders, ".", cwd);
    return here === "worktree" ? "unknown" : here;
  }
  // Not `resolve`, which would take `link/..` for nothing. `rm -r link/` empties what it points to.
  const target = realTarget(isAbsolute(path) ? path : `${cwd}/${path}`, {
    follow: follow || path.endsWith("/"),
  });
  if (target === undefined) return "unknown";
  if (/^\/dev\/|^\/proc\/\d+\/fd\//.test(target)) return "scratch";
  const { worktree, checkout, plan, scratch } = borders;
  if (plan.some((folder) => isWithin(target, folder))) return "plan";
  if (isWithin(target, `${worktree}/.git`) || takesGit(target, worktree)) return "git";
  if (target === worktree && !follow) return "itself";
  if (isWithin(target, worktree)) return "worktree";
  if (checkout !== undefined && isWithin(target, checkout)) return "checkout";
  if (target !== "/" && isWithin(target, dirname(worktree))) return "checkout";
  return scratch.some((folder) => isScratch(worktree, folder, target)) ? "scratch" : "outside";
}

/** Whether a pattern such as `.git*`, `.*` or `.??*` matches the worktree's `.git`. */
function takesGit(target: string, worktree: string): boolean {
  const name = basename(target);
  if (dirname(target) !== worktree || !/^\..*[*?[]/.test(name)) return false;
  const pattern = name.replaceAll(/[.+^${}()|\\]/g, "\\$&").replaceAll("?", ".")
    .replaceAll(/\*+/g, ".*").replaceAll("[!", "[^");
  try {
    return new RegExp(`^${pattern}$`).test(".git");
  } catch {
    return false; // an unclosed bracket, which a shell takes as it is
  }
}

/**
 * If the repository itself is in a folder for temporary files, other projects may be there too: an
 * existing folder counts as one of them.
 */
function isScratch(worktree: string, folder: string, target: string): boolean {
  if (!isWithin(target, folder)) return false;
  if (target === folder || !isWithin(worktree, folder)) return true;
  const [first = ""] = target.slice(folder.length + 1).split("/");
  return !statOf(`${folder}/${first}`)?.isDirectory;
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined; // not there yet
  }
}

/** The worktree's own file of a path in the user's checkout; undefined if there is none. */
export function copyOf(
  borders: Borders,
  path: string,
  cwd: string | undefined,
): string | undefined {
  const { worktree, checkout } = borders;
  const target = realTarget(isAbsolute(path) ? path : `${cwd ?? ""}/${path}`, { follow: true });
  if (target === undefined || checkout === undefined || !isWithin(target, checkout)) {
    return undefined;
  }
  const copy = worktree + target.slice(checkout.length);
  return statOf(copy) === undefined ? undefined : copy;
}

/** Why writing there is denied, and what to do instead; undefined if it may be written. */
export function refusal(
  borders: Borders,
  zone: Zone,
  path: string,
  cwd?: string,
): string | undefined {
  const shown = shownPath(path);
  const { worktree } = borders;
  switch (zone) {
    case "worktree":
    case "scratch":
    case "unknown":
      return undefined;
    case "plan":
      return `${shown} belongs to the plan, which parex keeps. Leave it as it is; if the plan ` +
        "should change, say so in your last message.";
    case "itself":
      return `${shown} is this task's worktree itself. Remove files in it by their names.`;
    case "git":
      return `${shown} is or matches git's own .git, without which this worktree is lost. Name ` +
        "the files that you mean, and leave .git to git commands.";
    case "checkout": {
      const copy = copyOf(borders, path, cwd);
      return `${shown} is outside this task's worktree, in the user's checkout or another task's ` +
        `worktree. ${
          copy ? `This task's own is ${copy}: use that.` : `Write below ${worktree} only.`
        }`;
    }
    case "outside":
      return `${shown} is outside this task's worktree. Write below ${worktree} only (use ` +
        "relative paths from there), or below /tmp for scratch. If the task needs a change " +
        "elsewhere, say so in your last message.";
  }
}

function shownPath(path: string): string {
  const text = path.replaceAll(/[\uE000\uE001]/g, "$…");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text || '""';
}
