import { dirname, isAbsolute, join, relative } from "node:path";
import type { Plan, Problem } from "../../domain/plan.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import type { Task } from "../../domain/task.ts";
import { exists } from "../../util/files.ts";
import { FileSets } from "../files_to_touch.ts";
import { checkGraph, withInheritedPriorities } from "../graph.ts";
import { LIMITS } from "../limits.ts";
import { isEmptyText } from "../markdown.ts";
import { identityOf } from "../plan_index.ts";
import { sorted } from "../problems.ts";
import { reasonOf } from "../read.ts";
import type { DetectedList } from "./detect.ts";
import { type ForeignList, type ForeignTask, type Format, NotAList } from "./format.ts";
import { resolveList } from "./resolve.ts";

/** Reads another tool's list as a plan. All problems are found at once. */
export function loadForeign(detected: DetectedList): Result<Plan> {
  const read = readForeign(detected);
  return read.ok ? planFrom(read.value, detected) : read;
}

/** The plan that a list makes. */
export function planFrom(read: ForeignList, detected: DetectedList): Result<Plan> {
  const { format, list } = detected;
  const { tasks, problems } = tasksOf(read, format, list);
  const all = sorted([...problems, ...remarks(detected, read)], list);
  if (all.some(({ severity }) => severity === "error")) {
    return fail({ reason: "plan_invalid", path: list, problems: all, foreign: format.title });
  }
  const { name } = read;
  return ok({
    name,
    identity: identityOf(name, format.name),
    path: list,
    foreign: {
      title: format.title,
      folder: format.context(list).folder,
      groups: new Map(read.groups.map(({ id, members }) => [id, members])),
    },
    tasks: withInheritedPriorities(tasks),
    warnings: all,
  });
}

/** The tasks of a list, resolved. */
export function readForeign({ format, list }: DetectedList): Result<ForeignList> {
  try {
    return ok(resolveList(format.read(format.files(list), list)));
  } catch (error) {
    const problem = unreadable(error, format, list);
    if (!problem) throw error;
    return fail({ reason: "plan_invalid", path: list, problems: [problem], foreign: format.title });
  }
}

function unreadable(error: unknown, { title }: Format, list: string): Problem | undefined {
  if (error instanceof NotAList) {
    const { message, path, line, column } = error;
    const hint = `${title} probably wrote it: check it with that tool`;
    return { severity: "error", code: "not-a-list", file: path, line, column, message, hint };
  }
  // What is within each other is read by functions that call themselves.
  if (error instanceof RangeError) {
    const message = "it is nested too deeply";
    const hint = `${title} probably wrote it: check it with that tool`;
    return { severity: "error", code: "too-deep", file: list, line: 1, column: 1, message, hint };
  }
  // What the system refuses.
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const message = `it cannot be read: ${reasonOf(error)}`;
  const hint = "check its name and its permissions";
  return { severity: "error", code: "unreadable", file: list, line: 1, column: 1, message, hint };
}

function tasksOf(list: ForeignList, format: Format, path: string) {
  const body = bodies(list, format, path);
  const tasks = list.tasks.map((task, order): Task => ({
    id: task.id,
    name: task.name || task.id,
    priority: task.priority ?? "medium",
    effectivePriority: task.priority ?? "medium",
    dependencies: task.dependencies,
    status: task.status === "deferred" ? "pending" : task.status,
    source: { kind: "foreign", path: task.path, list: path },
    body: body(task),
    labels: task.labels ?? [],
    files: filesNamed(format, task),
    issue: task.issue,
    order,
  }));
  const at = (line: number) => ({ line, column: 1 });
  const entries = list.tasks.map((task) => ({
    id: { value: task.id, at: at(task.line) },
    dependencies: task.dependencies.map((value) => ({ value, at: at(task.line) })),
  }));
  const tooMany = tasks.length > LIMITS.tasks;
  // The problem's text names the file.
  const paths = new Set(list.tasks.map((task) => task.path));
  const [file = path] = paths.size === 1 ? paths : [];
  return { tasks, problems: tooMany ? [] : checkGraph(tasks, entries, file) };
}

/** What must not be, and what people should know about how the list was read. */
function remarks({ format, list, byContent }: DetectedList, read: ForeignList): Problem[] {
  const { tasks, notes, groups } = read;
  const at = { file: list, line: 1, column: 1 };
  if (tasks.length > LIMITS.tasks) {
    const message = `the list has ${tasks.length} tasks; the limit is ${LIMITS.tasks}`;
    return [{ severity: "error", code: "too-many-tasks", ...at, message, hint: "split it" }];
  }
  const none = tasks.length === 0
    ? [{
      severity: "error" as const,
      code: "no-tasks",
      ...at,
      message: `no tasks of ${format.title}'s are in it`,
      hint: `they are in ${format.place}; another format: parex import --from`,
    }]
    : [];
  const empty = tasks.filter(({ name, text }) => isEmptyText(`${name}\n${text}`)).map((task) => ({
    severity: "error" as const,
    code: "empty-task",
    file: task.path,
    line: task.line,
    column: 1,
    message: `the task ${task.id} says nothing that an agent could do`,
    hint: "say what is to be done, where, and how one sees that it is done",
  }));
  const told = [...notes];
  if (byContent) told.push({ path: list, line: 1, message: `read as a list of ${format.title}'s` });
  if (groups.length > 0) {
    const ids = groups.map(({ id }) => id);
    const shown = ids.slice(0, 8).join(", ") + (ids.length > 8 ? ", …" : "");
    told.push({ path: list, line: 1, message: `done when all of their parts are: ${shown}` });
  }
  const warnings = told.map(({ path, line, message }) => ({
    severity: "warning" as const,
    code: "import-note",
    file: path,
    line,
    column: 1,
    message,
    hint: "how parex reads each format: docs/plans.md",
  }));
  return [...none, ...empty, ...warnings];
}

/** Composes specifications: what the list says, what the task is part of, and what to read. */
function bodies(list: ForeignList, format: Format, path: string): (task: ForeignTask) => string {
  const { folder, names } = format.context(path);
  const top = topOf(folder);
  const own = (file: string) => isAbsolute(file) ? relative(top, file) || "." : file;
  const read = names.length === 0
    ? ""
    : ` Read what concerns it in \`${own(folder)}\`: ${
      names.map((name) => `\`${name}\``).join(", ")
    }.`;
  const groups = Map.groupBy(
    list.groups.flatMap((group) => group.members.map((id) => ({ id, group }))),
    ({ id }) => id,
  );
  return (task) => {
    const parts = (groups.get(task.id) ?? []).map(({ group: { id, name, text } }) =>
      [`**${id}: ${name}**`, text].filter((part) => part !== "").join("\n\n")
    );
    return [
      `# ${task.name || task.id}`,
      task.text,
      ...(parts.length === 0 ? [] : [`## Part of\n\n${parts.join("\n\n")}`]),
      `## Context\n\nThis is ${task.id} of \`${
        own(task.path)
      }\` (${format.title}).${read} Do only ` +
      "this task; the other tasks of the list are separate. Do not edit the list: parex keeps its marks.",
    ].filter((part) => part !== "").join("\n\n") + "\n";
  };
}

/** The root of the repository that contains a folder; the folder itself if there is none. */
export function topOf(folder: string): string {
  for (let at = folder;; at = dirname(at)) {
    if (exists(join(at, ".git"))) return at;
    if (at === dirname(at)) return folder;
  }
}

const CHECKLISTS = new Set(["spec-kit", "kiro", "openspec"]);
const PATH = /(?<![\w/.@-])(?:[\w@.-]+\/)+[\w@.-]*\.[A-Za-z]\w{0,7}(?![\w/])/g;
/** Longer texts name files for other reasons than that they change. */
const TEXT_LENGTH = 4_000;

/** The files that a checklist item names; other formats name files in prose. */
function filesNamed({ name }: Format, task: ForeignTask): Task["files"] {
  const files = new FileSets();
  if (CHECKLISTS.has(name)) {
    const text = `${task.name}\n${task.text}`.slice(0, TEXT_LENGTH);
    for (const [path] of text.matchAll(PATH)) files.add(path, "modify");
  }
  return files.toFiles();
}
