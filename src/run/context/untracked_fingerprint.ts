import { createHash } from "node:crypto";
import { basename } from "node:path";
import { ignored } from "../../git/excludes.ts";
import type { Git } from "../../git/git.ts";
import { isAbsent, stampOf } from "../../util/files.ts";

/** Folders that hold what a project depends on, a folder for each package. */
const INSTALLED = new Set(["node_modules", ".venv", "venv", "vendor", "site-packages"]);
/** Folders between those and their packages. */
const BETWEEN = /^(@.*|lib|lib64|python[\d.]*|site-packages|bundle|ruby|gems|[\d.]+)$/;
const DEEPEST = 6;

/**
 * A fingerprint of a worktree's untracked files that can decide a check: ignored files and packages. Other
 * build output and caches are left out: a check that passes because of them is rare, and most agents run the
 * checks themselves.
 */
export async function untrackedFingerprint(worktree: Git): Promise<string> {
  const paths = await ignored(worktree);
  const seen = paths.flatMap((path) => {
    if (!path.endsWith("/")) return `${path} ${stampOf(`${worktree.path}/${path}`)}`;
    return INSTALLED.has(basename(path)) ? packagesIn(`${worktree.path}/${path.slice(0, -1)}`) : [];
  });
  return fingerprint(seen);
}

/** The fingerprint of a worktree that holds nothing but what git has checked out. */
export const NOTHING_UNTRACKED = fingerprint([]);

function fingerprint(seen: string[]): string {
  return createHash("sha256").update(seen.sort().join("\n")).digest("hex");
}

function packagesIn(folder: string, depth = 1): string[] {
  return namesIn(folder).filter((name) => !/^[._]/.test(name)).flatMap((name) => {
    const path = `${folder}/${name}`;
    return BETWEEN.test(name) && depth < DEEPEST ? [path, ...packagesIn(path, depth + 1)] : [path];
  });
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}
