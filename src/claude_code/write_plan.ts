import { dirname, isAbsolute, join, normalize, sep } from "node:path";
import { fail, ok, type Result } from "../domain/result.ts";
import { loadPlan } from "../plan/load.ts";
import type { FoundPlan } from "./plans.ts";

export interface WrittenPlan {
  /** `plan.yaml`, absolute. */
  path: string;
  tasks: number;
  /** What stood there was the same already. */
  unchanged: boolean;
}

/**
 * Writes the files of a plan into a folder: all of them, or none. First they are written and checked
 * as a plan in a folder beside it. Files that stand there are replaced by force alone.
 */
export async function writePlan(
  plan: FoundPlan,
  folder: string,
  force: boolean,
): Promise<Result<WrittenPlan>> {
  const files = filesOf(plan, folder);
  if (!files.ok) return files;
  const path = join(folder, "plan.yaml");
  const tasks = plan.tasks.length + plan.inline;
  let draft: string | undefined;
  try {
    const differing = await differingFrom(folder, files.value);
    if (differing.length === 0) return ok({ path, tasks, unchanged: true });
    const standing = differing.find(({ stands }) => stands);
    if (standing && !force) return fail(inTheWay(join(folder, standing.name)));
    const beside = await nearest(dirname(folder));
    draft = await Deno.makeTempDir({ dir: beside, prefix: ".parex-extract-" });
    // The same path below it: a plan may name its files from the top of the repository.
    const drafted = join(draft, "new", folder);
    await write(drafted, files.value);
    const loaded = await loadPlan(drafted);
    if (!loaded.ok) return loaded;
    await moveAll(drafted, folder, join(draft, "old"), [...files.value.keys()]);
    return ok({ path, tasks, unchanged: false });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail({ reason: "io_failed", path: folder, detail });
  } finally {
    if (draft !== undefined) await Deno.remove(draft, { recursive: true });
  }
}

/** Texts by their paths in the plan's folder; the plan itself last. */
function filesOf(plan: FoundPlan, folder: string): Result<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { file, text } of plan.tasks) {
    const name = placeIn(folder, file);
    if (name === undefined || name === "plan.yaml") {
      return fail({
        reason: "usage",
        message:
          `the plan "${plan.name}" names the task file ${JSON.stringify(file)}, which lies ` +
          "outside of its folder",
        hint: "ask Claude to write the plan with task files in the folder of plan.yaml",
      });
    }
    if (text !== undefined) files.set(name, text);
  }
  files.set("plan.yaml", plan.text);
  return ok(files);
}

/** A task file's path in the plan's folder; planners also name it from the top of the repository. */
function placeIn(folder: string, file: string): string | undefined {
  const name = normalize(file);
  const segments = folder.split(sep).filter((segment) => segment !== "");
  const prefix = segments.map((_, first) => segments.slice(first).join(sep) + sep)
    .find((each) => name.startsWith(each));
  const own = isAbsolute(name) && name.startsWith(folder + sep)
    ? name.slice(folder.length + 1)
    : name.slice(prefix?.length ?? 0);
  return isAbsolute(own) || own === ".." || own.startsWith(`..${sep}`) ? undefined : own;
}

async function differingFrom(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<{ name: string; stands: boolean }[]> {
  const differing: { name: string; stands: boolean }[] = [];
  for (const [name, text] of files) {
    try {
      if (await Deno.readTextFile(join(folder, name)) !== text) {
        differing.push({ name, stands: true });
      }
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
    for (const step of undo) await step();
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

function inTheWay(path: string) {
  return {
    reason: "usage",
    message: `another file stands at ${path}; nothing was written`,
    hint: "parex extract --force, or --to another folder",
  } as const;
}
