import { isMap } from "yaml";
import type { AgentName } from "../domain/agents.ts";
import type { Problem } from "../domain/plan.ts";
import {
  type FilesToTouch,
  PRIORITIES,
  type Priority,
  type Status,
  STATUSES,
} from "../domain/task.ts";
import { FieldReader, type Placed } from "./fields.ts";
import { findFrontmatter } from "./frontmatter.ts";
import { isEmptyText, readSpecification } from "./markdown.ts";
import { START } from "./problems.ts";
import { priorityOf, statusOf } from "./words.ts";
import { readYaml } from "./yaml.ts";

/** What a task file says. Its frontmatter repeats parts of the index; only the status is its own. */
export interface TaskFile {
  path: string;
  id?: Placed<string> | undefined;
  priority?: Placed<Priority> | undefined;
  dependencies?: Placed<Placed<string>[]> | undefined;
  status: Status;
  agent?: AgentName | undefined;
  model?: string | undefined;
  labels: string[];
  /** On GitHub. */
  issue?: number | undefined;
  title?: string | undefined;
  body: string;
  files: FilesToTouch;
  problems: Problem[];
}

/** Reads the text of a task file. Never throws. */
export function readTaskFile(text: string, path: string): TaskFile {
  const frontmatter = findFrontmatter(text);
  const found = typeof frontmatter === "object" ? frontmatter : undefined;
  const yaml = readYaml(found ? text.slice(0, found.end) : "", path);
  const reader = new FieldReader(yaml);
  const body = text.slice(found?.body ?? 0).replace(/^\uFEFF/, "");
  const { missing, ...specification } = readSpecification(body);
  if (frontmatter === "unclosed") noteUnclosed(reader);
  if (frontmatter === "none") noteNone(reader);
  if (isEmptyText(body)) noteEmpty(reader);
  else if (missing.length > 0) noteMissing(reader, missing);
  const root = yaml.root;
  if (root && !isMap(root)) {
    reader.wrongType({ node: root, at: yaml.positionOf(root) }, "the frontmatter", "a mapping");
  }
  const fields = isMap(root) ? readFields(reader, root) : undefined;
  return {
    path,
    labels: [],
    ...fields,
    status: fields?.status ?? "pending",
    ...specification,
    body,
    problems: reader.allProblems(),
  };
}

function readFields(reader: FieldReader, root: Parameters<FieldReader["find"]>[0]) {
  const id = reader.text(root, "id");
  const priority = reader.word(root, "priority", PRIORITIES, priorityOf);
  const dependencies = reader.texts(root, "dependencies", "depends_on");
  const status = reader.word(root, "status", STATUSES, statusOf)?.value;
  const issue = Number(reader.text(root, "issue")?.value.replace(/^#/, "") ?? NaN);
  return {
    issue: Number.isInteger(issue) && issue > 0 ? issue : undefined,
    id: id || undefined,
    priority,
    dependencies,
    status,
    ...reader.worker(root),
    labels: reader.texts(root, "labels")?.value.map(({ value }) => value) ?? [],
  };
}

function noteUnclosed(reader: FieldReader): void {
  const message = "the frontmatter has no closing --- line";
  reader.error(START, "unclosed-frontmatter", message, "put a line `---` behind its last key");
}

function noteNone(reader: FieldReader): void {
  const message = "the task file has no frontmatter, so its status is pending";
  const hint = "begin it with `---`, id, priority, status and `---`; parex adds the status itself";
  reader.warn(START, "missing-frontmatter", message, hint);
}

function noteEmpty(reader: FieldReader): void {
  const message = "the task file says nothing that an agent could do";
  const hint = "say what is to be done, where, and how one sees that it is done";
  reader.error(START, "empty-task", message, hint);
}

function noteMissing(reader: FieldReader, missing: string[]): void {
  reader.warn(
    START,
    "missing-section",
    `the task file has no section ${missing.join(", ")}`,
    `an agent works better with ${missing.map((name) => `"## ${name}"`).join(", ")}`,
  );
}
