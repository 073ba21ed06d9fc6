import { basename, dirname, join } from "node:path";
import type { Node } from "jsonc-parser";
import { PRIORITIES } from "../../domain/task.ts";
import { isRecord } from "../../util/json_values.ts";
import { statusOf } from "../words.ts";
import { firstFile, isFile, sourceFile } from "./folders.ts";
import type { ForeignGroup, ForeignStatus, ForeignTask, Format, SourceFile } from "./format.ts";
import { parseJson, recordOf, sections, statusMark, textsOf, textUnder } from "./json_marks.ts";

const LISTS = ["issues.jsonl", "beads.jsonl"];
const WORDS = {
  pending: "open",
  in_progress: "in_progress",
  testing: "in_progress",
  completed: "closed",
};
/** Messages, templates and other things of the tool's own. */
const NO_WORK = new Set([
  "message",
  "molecule",
  "gate",
  "agent",
  "role",
  "event",
  "convoy",
  "merge-request",
]);

/** beads: one issue a line; `blocks` orders them, `parent-child` groups them. */
export const beads: Format = {
  name: "beads",
  title: "beads",
  place: ".beads/issues.jsonl",
  locate(path) {
    if (path.endsWith(".jsonl")) {
      return basename(dirname(path)) === ".beads" && isFile(path) ? path : undefined;
    }
    return firstFile(basename(path) === ".beads" ? path : join(path, ".beads"), ...LISTS);
  },
  recognizes: (text) => /^\s*\{[^\n]*"id"\s*:[^\n]*"(?:issue_type|priority)"\s*:/.test(text),
  find(root) {
    const list = firstFile(join(root, ".beads"), ...LISTS);
    return list === undefined ? [] : [list];
  },
  context: (list) => ({ folder: dirname(list), names: [] }),
  files: (list) => [sourceFile(list)],
  read([file], list) {
    const name = basename(dirname(dirname(list))) || "beads";
    const issues = file ? issuesIn(file) : [];
    const gone = new Set(
      issues.filter(({ status }) => status === "tombstone").map(({ task }) => task.id),
    );
    const left = issues.filter(({ task, type }) => !gone.has(task.id) && !NO_WORK.has(type));
    const links = left.flatMap(({ task: { id }, parents }) =>
      parents.map((parent) => ({ parent, id }))
    );
    const children = Map.groupBy(links, ({ parent }) => parent);
    const isGroup = ({ task, type }: Issue) => type === "epic" || children.has(task.id);
    const groups = left.filter(isGroup).map(({ task }): ForeignGroup => ({
      ...task,
      members: (children.get(task.id) ?? []).map(({ id }) => id),
    }));
    for (const { task } of left) {
      task.dependencies = task.dependencies.filter((each) => !gone.has(each));
    }
    const tasks = left.filter((issue) => !isGroup(issue)).map(({ task }) => task);
    return { name, tasks, groups, notes: [] };
  },
};

interface Issue {
  task: ForeignTask;
  status: string;
  type: string;
  parents: string[];
}

function issuesIn(file: SourceFile): Issue[] {
  const issues: Issue[] = [];
  let offset = 0;
  for (const [index, text] of file.text.split("\n").entries()) {
    const start = offset;
    offset += text.length + 1;
    if (text.trim() === "" || text.trim() === "\uFEFF") continue;
    const root = parseJson(text, file.path, index + 1);
    const issue = root.type === "object" ? issueOf(root, file, start, index + 1) : undefined;
    if (issue) issues.push(issue);
  }
  return issues;
}

function issueOf(node: Node, file: SourceFile, offset: number, line: number): Issue | undefined {
  const record = recordOf(node);
  const id = textUnder(record, "id");
  if (id === "") return undefined;
  const status = textUnder(record, "status") || "open";
  const links = (Array.isArray(record.dependencies) ? record.dependencies : []).filter(isRecord);
  const linked = (...types: string[]) =>
    links.filter((link) =>
      types.includes(textUnder(link, "type") || textUnder(link, "dep_type") || "blocks")
    )
      .map((link) => textUnder(link, "depends_on_id")).filter((other) =>
        other !== "" && other !== id
      );
  const task: ForeignTask = {
    id,
    name: textUnder(record, "title"),
    status: statusIn(status),
    priority: PRIORITIES[Math.min(Number(record.priority ?? 2), PRIORITIES.length - 1)],
    dependencies: linked("blocks", "conditional-blocks", "waits-for"),
    text: sections(
      ["", textUnder(record, "description")],
      ["Design", textUnder(record, "design")],
      ["Acceptance Criteria", textUnder(record, "acceptance_criteria")],
      ["Notes", textUnder(record, "notes")],
    ),
    labels: textsOf(record.labels),
    marks: statusMark(node, file.path, offset, WORDS),
    path: file.path,
    line,
  };
  return { task, status, type: textUnder(record, "issue_type"), parents: linked("parent-child") };
}

function statusIn(word: string): ForeignStatus {
  if (word === "deferred" || word === "pinned" || word === "hooked") return "deferred";
  return statusOf(word) ?? "pending";
}
