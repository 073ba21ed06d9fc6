import { dirname, join } from "node:path";
import { processEnv } from "../exec/env.ts";
import { exists, io, readIfThere, realPathOf } from "../util/files.ts";
import { entries, type Git } from "./git.ts";
import type { Repository } from "./repository.ts";

/** The content of the user's own `core.excludesFile`. */
export async function userExcludes(repo: Git): Promise<string> {
  const configured = await repo.maybe(["config", "--type=path", "--get", "core.excludesFile"]);
  const own = configured ?? defaultExcludes();
  return own === undefined ? "" : await io(own, async () => await readIfThere(own) ?? "");
}

/**
 * Creates the exclude file of one worktree: it replaces the user's own `core.excludesFile`, and so begins
 * with its content. Keeps an existing file.
 */
export async function createExcludes(file: string, own: string): Promise<void> {
  return await io(file, async () => {
    if (exists(file)) return;
    await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const begun = own === "" || own.endsWith("\n") ? own : `${own}\n`;
    await Deno.writeTextFile(file, begun, { mode: 0o600 });
  });
}

/** git's default if `core.excludesFile` is not set. */
function defaultExcludes(): string | undefined {
  const { XDG_CONFIG_HOME: config, HOME: home } = processEnv();
  if (config) return join(config, "git/ignore");
  return home ? join(home, ".config/git/ignore") : undefined;
}

/**
 * Adds files and folders, relative to the worktree, to an exclude file. Returns those that no pattern can
 * express: names that contain a newline.
 */
export async function addExcludes(
  file: string,
  paths: string[],
): Promise<{ skipped: string[] }> {
  const skipped = paths.filter((path) => /[\r\n]/.test(path));
  const patterns = paths.filter((path) => !/[\r\n]/.test(path)).map(patternOf);
  return await io(file, async () => {
    await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const present = new Set((await readIfThere(file) ?? "").split("\n"));
    const added = [...new Set(patterns)].filter((pattern) => !present.has(pattern));
    const text = added.map((pattern) => `${pattern}\n`).join("");
    await Deno.writeTextFile(file, text, { append: true, mode: 0o600 });
    return { skipped };
  });
}

/** The gitignore pattern for exactly this path: anchored, with all special characters escaped. */
function patternOf(path: string): string {
  return "/" +
    path.replaceAll(/[\\*?[\]]/g, "\\$&").replace(/ +$/, (all) => "\\ ".repeat(all.length));
}

/**
 * Untracked files of a worktree that are not ignored; a folder that has only such files is listed alone, with
 * `/`.
 */
export async function untracked(worktree: Git): Promise<string[]> {
  const args = ["ls-files", "--others", "--exclude-standard", "--directory", "-z"];
  const listed = await worktree.git([...args, "--no-empty-directory"]);
  return entries(listed);
}

/** Ignored files of a worktree; a folder that has only such files is listed alone, with `/`. */
export async function ignored(worktree: Git): Promise<string[]> {
  const args = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
  const listed = await worktree.git(args);
  return entries(listed);
}

/** Excludes a pattern in all worktrees without a change to the tree. */
export async function excludeLocally(repo: Repository, pattern: string): Promise<void> {
  const info = join(repo.commonDir, "info");
  return await io(join(info, "exclude"), async () => {
    await Deno.mkdir(info, { recursive: true });
    const file = await realPathOf(join(info, "exclude"));
    const text = await readIfThere(file) ?? "";
    if (text.split(/\r?\n/).includes(pattern)) return;
    const separator = text === "" || text.endsWith("\n") ? "" : "\n";
    await replace(file, `${separator}${pattern}\n`);
  });
}

/** Appends to a copy and renames it over the file, so that no reader sees half a line. */
async function replace(file: string, addition: string): Promise<void> {
  const next = `${file}.parex-${Deno.pid}`;
  try {
    await Deno.copyFile(file, next);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.writeTextFile(next, addition, { append: true, mode: 0o600 });
  await Deno.rename(next, file);
}
