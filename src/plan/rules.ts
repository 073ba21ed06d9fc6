import { ID_LENGTH, isTaskId } from "../domain/names.ts";
import type { Problem } from "../domain/plan.ts";
import type { Task } from "../domain/task.ts";
import { noFiles } from "./files_to_touch.ts";
import type { IndexEntry } from "./plan_index.ts";
import { listed, type Position, quote } from "./problems.ts";
import type { TaskFile } from "./task_file.ts";
import { statusOf } from "./words.ts";

/** An entry of the index, with its task file where it names one that could be read. */
export interface Found {
  entry: IndexEntry;
  file?: TaskFile;
}

type Note = Pick<Problem, "severity" | "code" | "message" | "hint">;

/** What the index and the task files say about each other; `plan` is the path of the index. */
export function checkEntries(found: readonly Found[], plan: string): Problem[] {
  return [
    ...checkIds(found.map(({ entry }) => entry), plan),
    ...checkSharing(found, plan),
    ...found.flatMap(({ entry, file }) => file ? checkTaskFile(entry, file, plan) : []),
  ];
}

/** The tasks of a plan. Their effective priority is their own until the graph is known. */
export function toTasks(found: readonly Found[], plan: string): Task[] {
  return found.map(({ entry, file }, order) => {
    const inline = entry.spec?.kind === "inline" ? entry.spec : undefined;
    const spec = file ?? inline;
    const priority = entry.priority ?? "medium";
    const agent = file?.agent ?? entry.agent;
    const model = file?.model ?? entry.model;
    return {
      id: entry.id.value,
      name: entry.name ?? file?.title ?? entry.id.value,
      priority,
      effectivePriority: priority,
      dependencies: [...new Set(entry.dependencies.map(({ value }) => value))],
      status: spec?.status ?? "pending",
      source: file ? { kind: "file", path: file.path } : { kind: "inline", path: plan },
      title: file?.title || undefined,
      body: spec?.body ?? "",
      labels: spec?.labels ?? [],
      files: spec?.files ?? noFiles(),
      issue: file?.issue,
      agent,
      model,
      estimatedTokens: entry.estimatedTokens,
      order,
    };
  });
}

/** Ids that cannot name a branch, and those that two tasks have. */
export function checkIds(entries: readonly Pick<IndexEntry, "id">[], plan: string): Problem[] {
  const problems: Problem[] = [];
  const exact = new Map<string, Position>();
  const folded = new Map<string, string>();
  for (const { id } of entries) {
    const note = (details: Note) => problems.push({ ...details, file: plan, ...id.at });
    if (!isTaskId(id.value)) note(invalidId(id.value));
    const first = exact.get(id.value);
    const other = folded.get(id.value.toLowerCase());
    if (first) note(duplicateId(id.value, first));
    else if (other !== undefined) note(differsInCase(id.value, other));
    exact.set(id.value, first ?? id.at);
    folded.set(id.value.toLowerCase(), other ?? id.value);
  }
  return problems;
}

function invalidId(id: string): Note {
  return {
    severity: "error",
    code: "invalid-id",
    message: `the id ${quote(id)} cannot name a branch and a folder`,
    hint: "begin with a letter or digit, then letters, digits, dots, hyphens and underscores; " +
      `at most ${ID_LENGTH} characters; ` +
      'no "..", no "." or ".lock" at the end, and no name of a device of Windows such as aux',
  };
}

function duplicateId(id: string, first: Position): Note {
  return {
    severity: "error",
    code: "duplicate-id",
    message: `the id ${quote(id)} is already used in line ${first.line}`,
    hint: "give each task an id of its own",
  };
}

function differsInCase(id: string, other: string): Note {
  return {
    severity: "warning",
    code: "id-differs-in-case",
    message: `the ids ${quote(id)} and ${quote(other)} differ in upper and lower case only`,
    hint: "rename one: on file systems that ignore case their branches and worktrees collide",
  };
}

/** Two tasks with one task file would share its status line. */
function checkSharing(found: readonly Found[], plan: string): Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  for (const { entry, file } of found) {
    if (!file || entry.spec?.kind !== "file") continue;
    const owner = owners.get(file.path);
    if (owner === undefined) owners.set(file.path, entry.id.value);
    else {
      problems.push({
        severity: "error",
        code: "shared-task-file",
        file: plan,
        ...entry.spec.file.at,
        message: `the task ${quote(owner)} has this task file, too`,
        hint: "give each task a file of its own: it holds the task's status",
      });
    }
  }
  return problems;
}

function checkTaskFile(entry: IndexEntry, file: TaskFile, plan: string): Problem[] {
  const problems: Problem[] = [];
  const note = (path: string, at: Position, details: Note) =>
    problems.push({ ...details, file: path, ...at });
  const { id, priority, dependencies } = file;
  if (id && id.value !== entry.id.value) note(file.path, id.at, otherId(id.value, entry.id.value));
  if (priority && entry.priority && priority.value !== entry.priority) {
    note(
      file.path,
      priority.at,
      differs("priority differs", quote(priority.value), quote(entry.priority)),
    );
  }
  const here = dependencies?.value.map(({ value }) => value) ?? [];
  const there = entry.dependencies.map(({ value }) => value);
  if (dependencies && !sameSet(here, there)) {
    const details = differs("dependencies differ", `[${listed(here)}]`, `[${listed(there)}]`);
    note(file.path, dependencies.at, details);
  }
  const status = entry.spec?.kind === "file" ? entry.spec.status : undefined;
  if (status && statusOf(status.value) !== file.status) {
    note(plan, status.at, statusInIndex(status.value, file.status));
  }
  return problems;
}

function otherId(found: string, wanted: string): Note {
  return {
    severity: "error",
    code: "task-id-mismatch",
    message: `the task file is of ${quote(found)}, but the plan names it for ${quote(wanted)}`,
    hint: "correct the id here, or the file in plan.yaml",
  };
}

function differs(what: string, here: string, there: string): Note {
  return {
    severity: "warning",
    code: what.replace(" ", "-"),
    message: `the ${what} from plan.yaml: here ${here}, there ${there}`,
    hint: "plan.yaml counts; make them the same",
  };
}

function statusInIndex(found: string, status: string): Note {
  return {
    severity: "warning",
    code: "status-in-index",
    message: `the status ${quote(found)} does not count: the task file's is ${quote(status)}`,
    hint: "remove it here; a task's status lives in its task file",
  };
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && left.isSubsetOf(right);
}
