import { dirname, join } from "node:path";

/** git gives these to its folders where `core.sharedRepository` lets a group write. */
const SHARED = 0o2020;

/**
 * Lets the group write to parex's own folder, and to all that a run has left in it, if it may write
 * to the repository: another user can then look at the runs, and make the next one. Files of
 * another user are left as they are.
 */
export function shareLikeGit(stateDir: string, run?: string): void {
  const { mode } = Deno.statSync(dirname(stateDir));
  if (mode === null || (mode & SHARED) !== SHARED) return;
  for (const path of [stateDir, join(stateDir, "lock"), join(stateDir, "runs")]) share(path);
  if (run !== undefined) shareAll(join(stateDir, "runs", run));
}

function shareAll(folder: string): void {
  share(folder);
  for (const { name, isDirectory, isFile } of entriesOf(folder)) {
    const path = join(folder, name);
    if (isDirectory) shareAll(path);
    else if (isFile) share(path);
  }
}

function share(path: string): void {
  try {
    Deno.chmodSync(path, Deno.lstatSync(path).isDirectory ? 0o2770 : 0o660);
  } catch {
    // It is not there, or another user's.
  }
}

function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}
