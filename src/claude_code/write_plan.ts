import { isAbsolute, normalize, sep } from "node:path";
import { Failed } from "../domain/failed.ts";
import { writePlanFiles } from "../plan/write_files.ts";
import type { FoundPlan } from "./plans.ts";

export interface WrittenPlan {
  /** `plan.yaml`, absolute. */
  path: string;
  tasks: number;
  /** The files were there already, with the same content. */
  unchanged: boolean;
}

/** Writes the files of a plan into a folder: all of them, or none. Throws as `writePlanFiles`. */
export async function writePlan(
  plan: FoundPlan,
  folder: string,
  force: boolean,
): Promise<WrittenPlan> {
  const written = await writePlanFiles(folder, filesOf(plan, folder), force);
  return { ...written, tasks: plan.tasks.length + plan.inline };
}

/** Texts by their paths in the plan's folder; the plan itself last. */
function filesOf(plan: FoundPlan, folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const { file, text } of plan.tasks) {
    const name = placeIn(folder, file);
    if (name === undefined || name === "plan.yaml") {
      throw new Failed({
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
  return files;
}

/**
 * A task file's path in the plan's folder; planners also name it from the top of the repository.
 */
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
