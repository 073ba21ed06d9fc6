import { basename, dirname, join, resolve } from "node:path";

/** Whether something lies at `path`, a dangling symbolic link included. */
export async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/** The real path of something that need not exist: links are resolved as far as it does. */
export async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  if (await exists(absolute)) return await Deno.realPath(absolute);
  const folder = dirname(absolute);
  return folder === absolute ? absolute : join(await realPathOf(folder), basename(absolute));
}
