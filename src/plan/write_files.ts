import { dirname, join } from "node:path";
import { Failed, valueOf } from "../domain/failed.ts";
import { loadPlan } from "./load.ts";
import { messageOf } from "../util/text.ts";

export interface WrittenFiles {
  /** `plan.yaml`, absolute. */
  path: string;
  /** The files were there already, with the same content except for statuses. */
  unchanged: boolean;
}

/**
 * Writes the files of a plan into a folder, by their paths in it: all of them, or none. First they
 * are written and checked as a plan in a folder beside it. Existing files are replaced only with
 * `force`. Throws `io_failed`, and what is wrong with the plan.
 */
export async function writePlanFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  force: boolean,
): Promise<WrittenFiles> {
  const path = join(folder, "plan.yaml");
  let draft: string | undefined;
  try {
    const differing = await differingFrom(folder, files);
    if (differing.length === 0) return { path, unchanged: true };
    const standing = differing.find(({ stands }) => stands);
    if (standing && !force) throw alreadyExists(join(folder, standing.name));
    const beside = await nearest(dirname(folder));
    draft = await Deno.makeTempDir({ dir: beside, prefix: ".parex-plan-" });
    // The same path below it: a plan may name its files from the top of the repository.
    const drafted = join(draft, "new", folder);
    await write(drafted, files);
    valueOf(await loadPlan(drafted));
    await moveAll(drafted, folder, join(draft, "old"), [...files.keys()]);
    return { path, unchanged: false };
  } catch (error) {
    if (error instanceof NotUndone) draft = undefined; // it holds the files that were there
    if (error instanceof Failed) throw error;
    throw new Failed({ reason: "io_failed", path: folder, detail: messageOf(error) });
  } finally {
    if (draft !== undefined) await Deno.remove(draft, { recursive: true });
  }
}

/** A run may have started since: statuses that it writes do not make it another plan. */
function withoutStatus(text: string): string {
  return text.replace(/^(---\r?\n(?:.*\r?\n)*?)status:.*\r?\n/, "$1");
}

async function differingFrom(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<{ name: string; stands: boolean }[]> {
  const differing: { name: string; stands: boolean }[] = [];
  for (const [name, text] of files) {
    try {
      const standing = await Deno.readTextFile(join(folder, name));
      if (withoutStatus(standing) !== withoutStatus(text)) differing.push({ name, stands: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      differing.push({ name, stands: false });
    }
  }
  return differing;
}

async function write(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of files) {
    await Deno.mkdir(dirname(join(folder, name)), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
}

class NotUndone extends Error {}

/** Moves the files of one folder into another; if one cannot be moved, all is as it was. */
async function moveAll(from: string, to: string, old: string, names: string[]): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const name of names) {
      const [target, kept] = [join(to, name), join(old, name)];
      await Deno.mkdir(dirname(kept), { recursive: true });
      await Deno.mkdir(dirname(target), { recursive: true });
      if (await moved(target, kept)) undo.unshift(() => Deno.rename(kept, target));
      await Deno.rename(join(from, name), target);
      undo.unshift(() => Deno.remove(target));
    }
  } catch (error) {
    try {
      for (const step of undo) await step();
    } catch {
      throw new NotUndone(`${messageOf(error)}; the files that were there are in ${old}`);
    }
    throw error;
  }
}

/** False: there is nothing to move. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The innermost folder of a path that is there: on the same disk, as a rename needs it. */
async function nearest(folder: string): Promise<string> {
  for (let at = folder;; at = dirname(at)) {
    try {
      if ((await Deno.stat(at)).isDirectory) return at;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    if (at === dirname(at)) return at;
  }
}

function alreadyExists(path: string) {
  return new Failed({
    reason: "usage",
    message: `${path} already exists; nothing was written`,
    hint: "replace it: --force; or write to another folder: --to <folder>",
  });
}
