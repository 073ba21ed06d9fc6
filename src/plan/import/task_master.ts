import { getNodePath, type Node } from "jsonc-parser";
import { basename, dirname, join } from "node:path";
import { priorityOf, statusOf } from "../words.ts";
import { positionsIn } from "../problems.ts";
import { firstFile, isFile, sourceFile } from "./folders.ts";
import {
  type ForeignGroup,
  type ForeignList,
  type ForeignStatus,
  type ForeignTask,
  type Format,
  NotAList,
  type Note,
  type SourceFile,
} from "./format.ts";
import {
  objectsAt,
  parseJson,
  recordOf,
  sections,
  statusMark,
  textsOf,
  textUnder,
} from "./json_marks.ts";

const WORDS = {
  pending: "pending",
  in_progress: "in-progress",
  testing: "in-progress",
  completed: "done",
};
const PLACES = ["tasks/tasks.json", "tasks.json"];

/** Task Master: dependencies by id; those of subtasks among each other. */
export const taskMaster: Format = {
  name: "task-master",
  title: "Task Master",
  place: ".taskmaster/tasks/tasks.json",
  locate(path) {
    if (basename(path) === "tasks.json") return isFile(path) ? path : undefined;
    const inOwn = firstFile(path, ".taskmaster/tasks/tasks.json");
    return basename(path) === ".taskmaster" || inOwn === undefined
      ? firstFile(path, ...PLACES)
      : inOwn;
  },
  recognizes: (text) => /^\s*\{/.test(text) && /"tasks"\s*:\s*\[/.test(text),
  find(root) {
    const list = firstFile(root, ".taskmaster/tasks/tasks.json", "tasks/tasks.json");
    return list === undefined ? [] : [list];
  },
  context(list) {
    const folder = dirname(list);
    const docs = join(dirname(folder), "docs");
    const prd = firstFile(docs, "prd.txt", "prd.md");
    return { folder, names: prd === undefined ? [] : [`../docs/${basename(prd)}`] };
  },
  files: (list) => [sourceFile(list)],
  read([file], list) {
    const read: ForeignList = { name: nameOf(list), tasks: [], groups: [], notes: [] };
    if (!file) return read;
    const root = parseJson(file.text, file.path);
    const tags = tagsOf(root);
    if (tags.length === 0) throw new NotAList("it holds no list of tasks", file.path);
    const lineOf = positionsIn(file.text);
    for (const tag of tags) {
      const prefix = tags.length > 1 ? `${tag.name}-` : "";
      for (const node of tag.tasks) {
        readTask(node, { file, prefix, label: tag.name, line: lineOf(node.offset).line }, read);
      }
    }
    return read;
  },
};

function nameOf(list: string): string {
  const folder = dirname(dirname(list));
  return basename(basename(folder) === ".taskmaster" ? dirname(folder) : folder) || "tasks";
}

interface Tag {
  name: string;
  tasks: Node[];
}

/** `{tasks: […]}` of old, or `{tag: {tasks: […]}}`, or a bare list. */
function tagsOf(root: Node): Tag[] {
  if (root.type === "array") return [{ name: "", tasks: objectsAt(root) }];
  const old = objectsAt(root, "tasks");
  if (old.length > 0) return [{ name: "", tasks: old }];
  return (root.children ?? []).flatMap((property) => {
    const value = property.children?.[1];
    const tasks = value ? objectsAt(value, "tasks") : [];
    return value && tasks.length > 0 ? [{ name: String(getNodePath(value).at(-1)), tasks }] : [];
  });
}

interface About {
  file: SourceFile;
  /** Distinguishes the ids of different tags. */
  prefix: string;
  label: string;
  line: number;
}

function readTask(node: Node, about: About, list: ForeignList): void {
  const record = recordOf(node);
  const id = about.prefix + textUnder(record, "id");
  const dependencies = textsOf(record.dependencies).map((each) => about.prefix + each);
  const subtasks = objectsAt(node, "subtasks");
  if (subtasks.length === 0) {
    list.tasks.push(taskOf(node, record, { ...about, id, dependencies }, list.notes));
    return;
  }
  const own = { ...about, id, dependencies };
  const { marks, text, name, status } = taskOf(node, record, own, list.notes);
  const group: ForeignGroup = { id, name, text, status, members: [], dependencies, marks };
  list.groups.push(group);
  const ids = new Set(subtasks.map((each) => textUnder(recordOf(each), "id")));
  for (const each of subtasks) {
    const sub = recordOf(each);
    const local = textsOf(sub.dependencies).map((other) =>
      ids.has(other) ? `${id}.${other}` : about.prefix + other
    );
    const subId = `${id}.${textUnder(sub, "id")}`;
    const waits = { ...about, id: subId, dependencies: local };
    const priority = textUnder(sub, "priority") || textUnder(record, "priority");
    list.tasks.push(taskOf(each, { ...sub, priority }, waits, list.notes));
    group.members.push(subId);
  }
}

function taskOf(
  node: Node,
  record: Record<string, unknown>,
  { file, label, line, id, dependencies }: About & { id: string; dependencies: string[] },
  notes: Note[],
): ForeignTask {
  const priority = textUnder(record, "priority");
  return {
    id,
    name: textUnder(record, "title"),
    status: readStatus(record, { path: file.path, line, id }, notes),
    priority: priority === "critical" ? "blocker" : priorityOf(priority),
    dependencies,
    text: sections(
      ["", textUnder(record, "description")],
      ["Details", textUnder(record, "details")],
      ["Tests Required", textUnder(record, "testStrategy")],
    ),
    labels: label === "" || label === "master" ? [] : [label],
    marks: statusMark(node, file.path, 0, WORDS),
    path: file.path,
    line,
  };
}

function readStatus(
  record: Record<string, unknown>,
  { path, line, id }: { path: string; line: number; id: string },
  notes: Note[],
): ForeignStatus {
  const word = textUnder(record, "status").toLowerCase();
  if (word === "cancelled" || word === "review") {
    notes.push({ path, line, message: `${id} is "${word}" and counts as done` });
    return "completed";
  }
  return word === "deferred" ? word : statusOf(word) ?? "pending";
}
