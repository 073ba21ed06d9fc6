import { basename, dirname, join } from "node:path";
import { isSeq, type YAMLMap } from "yaml";
import type { FieldReader } from "../fields.ts";
import { priorityOf, statusOf } from "../words.ts";
import { filesIn, firstFile, foldersIn, sourceFile } from "./folders.ts";
import type { ForeignGroup, ForeignTask, Format, Mark, SourceFile } from "./format.ts";
import { frontmatterOf, valueMark } from "./yaml_marks.ts";

const FOLDERS = ["backlog", ".backlog"];

/** Backlog.md: a file for each task, with its dependencies and its parent in the frontmatter. */
export const backlog: Format = {
  name: "backlog",
  title: "Backlog.md",
  place: "backlog/tasks/*.md",
  locate(path) {
    const folder = FOLDERS.includes(basename(path)) ? join(path, "tasks") : path;
    const isTasks = basename(folder) === "tasks" && FOLDERS.includes(basename(dirname(folder)));
    return isTasks && tasksIn(folder).length > 0 ? folder : undefined;
  },
  recognizes: () => false,
  find: (root) =>
    FOLDERS.map((name) => join(root, name, "tasks")).filter((folder) => tasksIn(folder).length > 0),
  context: (list) => ({
    folder: dirname(list),
    names: foldersIn(dirname(list)).filter((name) => ["docs", "decisions"].includes(name)),
  }),
  files(list) {
    const config = firstFile(dirname(list), "config.yml", "config.yaml");
    // What is archived as completed may still be waited for.
    const completed = join(dirname(list), "completed");
    return [
      ...tasksIn(list).map((name) => sourceFile(join(list, name))),
      ...tasksIn(completed).map((name) => sourceFile(join(completed, name))),
      ...(config === undefined ? [] : [sourceFile(config)]),
    ];
  },
  read(files, list) {
    const statuses = statusesIn(files);
    const all = files.flatMap((file) => readTask(file, statuses));
    const byName = new Map(all.map(({ task }) => [task.id.toLowerCase(), task.id]));
    for (const { task } of all) {
      task.dependencies = task.dependencies.map((each) => byName.get(each.toLowerCase()) ?? each);
    }
    const parts = Map.groupBy(all, ({ parent }) => byName.get(parent.toLowerCase()));
    const tasks = all.map(({ task }) => task);
    const groups = tasks.flatMap((task): ForeignGroup[] => {
      const members = parts.get(task.id)?.map(({ task }) => task.id);
      return members ? [{ ...task, members }] : [];
    });
    const name = basename(dirname(dirname(list))) || "backlog";
    return { name, tasks: tasks.filter(({ id }) => !parts.has(id)), groups, notes: [] };
  },
};

function tasksIn(folder: string): string[] {
  return filesIn(folder).filter((name) => /\.md$/i.test(name) && !/^readme\.md$/i.test(name));
}

interface Statuses {
  pending: string;
  in_progress: string;
  completed: string;
}

/** The project's own words for a status: the first, one between, and the last. */
function statusesIn(files: readonly SourceFile[]): Statuses {
  const config = files.find(({ path }) => /\/config\.ya?ml$/.test(path));
  const line = config && /^statuses:\s*\[(.*)\]/m.exec(config.text)?.[1];
  const words = line?.split(",").map((word) => word.trim().replaceAll(/^["']|["']$/g, "")) ?? [];
  const [pending = "To Do", in_progress = "In Progress"] = words;
  return { pending, in_progress, completed: words.at(-1) ?? "Done" };
}

function readTask(
  file: SourceFile,
  words: Statuses,
): { task: ForeignTask; parent: string }[] {
  const found = frontmatterOf(file);
  const id = found && textUnder(found.reader, found.map, "id", "task_id");
  if (!found || id === undefined || id === "") return [];
  const { reader, map, body } = found;
  const word = textUnder(reader, map, "status");
  const isDone = word.toLowerCase() === words.completed.toLowerCase() ||
    basename(dirname(file.path)) === "completed";
  const ids = (key: string) =>
    isSeq(reader.find(map, key)?.node)
      ? reader.texts(map, key)?.value.map(({ value }) => value) ?? []
      : textUnder(reader, map, key).split(/[\s,]+/).filter((each) => each !== "");
  return [{
    parent: textUnder(reader, map, "parent_task_id", "parent"),
    task: {
      id,
      name: textUnder(reader, map, "title"),
      status: isDone
        ? "completed"
        : word.toLowerCase() === "draft"
        ? "deferred"
        : statusOf(word) ?? "pending",
      priority: priorityOf(textUnder(reader, map, "priority")),
      dependencies: ids("dependencies").map((each) => each.replace(/^\[?\[?|\]?\]?$/g, "")),
      text: body.replaceAll(/<!--[^]*?-->\r?\n?/g, "").trim(),
      labels: ids("labels"),
      marks: [markOf(file, found, words)],
      path: file.path,
      line: 1,
    },
  }];
}

/** Without a status line one is put in front of the end of the frontmatter. */
function markOf(
  { path, text }: SourceFile,
  { map, end }: { map: YAMLMap; end: number },
  words: Statuses,
): Mark {
  const all = { ...words, testing: words.in_progress };
  const eol = text.slice(0, end).includes("\r\n") ? "\r\n" : "\n";
  const lines = Object.entries(all).map(([status, word]) => [status, `status: ${word}${eol}`]);
  return valueMark(map, "status", path, all) ??
    { path, start: end, end, words: { ...Object.fromEntries(lines), pending: "" } };
}

function textUnder(reader: FieldReader, map: YAMLMap, ...keys: string[]): string {
  return reader.text(map, ...keys)?.value.trim() ?? "";
}
