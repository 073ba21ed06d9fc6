import { join } from "node:path";
import { WORKTREES_DIR } from "../domain/names.ts";
import { io, readIfThere, realPathOf } from "../util/files.ts";
import type { Repository } from "./repository.ts";

const PATTERN = `/${WORKTREES_DIR}/`;

/** Keeps `worktrees/` out of git without a change to the tree, once and for all worktrees. */
export async function excludeWorktrees(repo: Repository): Promise<void> {
  const info = join(repo.commonDir, "info");
  return await io(join(info, "exclude"), async () => {
    await Deno.mkdir(info, { recursive: true });
    const file = await realPathOf(join(info, "exclude"));
    const text = await readIfThere(file) ?? "";
    if (text.split(/\r?\n/).includes(PATTERN)) return;
    const separator = text === "" || text.endsWith("\n") ? "" : "\n";
    await replace(file, `${separator}${PATTERN}\n`);
  });
}

/** Appends to a copy and puts that in the file's place, so that no reader sees half a line. */
async function replace(file: string, addition: string): Promise<void> {
  const next = `${file}.parex-${Deno.pid}`;
  try {
    await Deno.copyFile(file, next);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  await Deno.writeTextFile(next, addition, { append: true });
  await Deno.rename(next, file);
}
