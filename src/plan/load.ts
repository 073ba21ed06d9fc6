import { dirname, join, resolve } from "node:path";
import type { Plan, Problem } from "../domain/plan.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { mapBounded } from "../util/map_limit.ts";
import { MisplacedFiles } from "./misplaced_files.ts";
import { mayExist, otherUsualPaths } from "./find.ts";
import { checkGraph, withInheritedPriorities } from "./graph.ts";
import { detectList, FILE_FORMATS } from "./import/detect.ts";
import { loadForeign } from "./import/foreign_plan.ts";
import { LIMITS } from "./limits.ts";
import { type IndexEntry, readIndex } from "./plan_index.ts";
import { type Position, sorted, START } from "./problems.ts";
import { locate, type ReadProblem, readText } from "./read.ts";
import { checkEntries, type Found, toTasks } from "./rules.ts";
import { readTaskFile } from "./task_file.ts";

/**
 * Reads a plan and its task files and checks them. `path` is the plan or its folder.
 * Reports all problems at once; warnings do not make the plan invalid.
 */
export async function loadPlan(path: string): Promise<Result<Plan>> {
  const foreign = detectList(resolve(path));
  if (foreign) return loadForeign(foreign);
  const loaded = await readPlan(await planPath(resolve(path)));
  if (loaded.ok || loaded.failure.reason !== "plan_invalid") return loaded;
  const { failure } = loaded;
  for (const other of otherUsualPaths(failure.path)) {
    if (await mayExist(other) && (await readPlan(other)).ok) {
      return fail({ ...failure, valid: other });
    }
  }
  return loaded;
}

async function readPlan(plan: string): Promise<Result<Plan>> {
  if (!await mayExist(plan)) return fail({ reason: "plan_not_found", looked: [plan] });
  if (/\.(?:md|jsonl?)$/i.test(plan)) return invalid(plan, [noList(plan)]);
  const text = await readText(plan);
  if (!text.ok) return invalid(plan, [toProblem(text.failure, plan, START)]);
  const index = readIndex(text.value, plan);
  const elsewhere = new MisplacedFiles(plan);
  const read = await mapBounded(
    index.entries,
    LIMITS.openFiles,
    (entry) => readEntry(entry, plan, elsewhere),
  );
  const found = read.map(({ found }) => found);
  const tasks = toTasks(found, plan);
  const problems = [
    ...index.problems,
    ...read.flatMap(({ problems }) => problems),
    ...checkEntries(found, plan),
    ...checkGraph(tasks, index.entries, plan),
  ];
  if (problems.some(({ severity }) => severity === "error")) return invalid(plan, problems);
  const { name, identity } = index;
  const warnings = sorted(problems, plan);
  return ok({ name, identity, path: plan, tasks: withInheritedPriorities(tasks), warnings });
}

async function planPath(path: string): Promise<string> {
  try {
    return (await Deno.stat(path)).isDirectory ? join(path, "plan.yaml") : path;
  } catch {
    return path; // reading it says what is wrong
  }
}

/** Reads the task file that an entry names. */
async function readEntry(
  entry: IndexEntry,
  plan: string,
  elsewhere: MisplacedFiles,
): Promise<{ found: Found; problems: Problem[] }> {
  if (entry.spec?.kind !== "file") return { found: { entry }, problems: [] };
  const { value, at } = entry.spec.file;
  const path = await locate(dirname(plan), value);
  if (!path.ok) {
    const problem = await elsewhere.explain(path.failure, value);
    return { found: { entry }, problems: [toProblem(problem, plan, at)] };
  }
  const text = await readText(path.value);
  if (!text.ok) return { found: { entry }, problems: [toProblem(text.failure, plan, at)] };
  const file = readTaskFile(text.value, path.value);
  return { found: { entry, file }, problems: file.problems };
}

function noList(file: string): Problem {
  const places = FILE_FORMATS.map(({ title, place }) => `${title} (${place})`).join(", ");
  const message = "this is not a task list that parex knows";
  const hint = `name a plan.yaml, or a list of ${places}`;
  return { severity: "error", code: "not-a-list", file, ...START, message, hint };
}

function toProblem(found: ReadProblem, file: string, at: Position): Problem {
  return { severity: "error", ...found, file, ...at };
}

function invalid(plan: string, problems: readonly Problem[]): Result<never> {
  return fail({ reason: "plan_invalid", path: plan, problems: sorted(problems, plan) });
}
