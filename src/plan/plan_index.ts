import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";
import { isMap, isSeq, type YAMLMap } from "yaml";
import type { AgentName } from "../domain/agents.ts";
import type { Problem } from "../domain/plan.ts";
import { PRIORITIES, type Priority } from "../domain/task.ts";
import { FieldReader, isNothing, type Placed, textOf } from "./fields.ts";
import { type InlineSpec, readInline } from "./inline.ts";
import { LIMITS } from "./limits.ts";
import { quote, START } from "./problems.ts";
import { priorityOf } from "./words.ts";
import { readYaml } from "./yaml.ts";

/** What `plan.yaml` says, before its task files are read. */
export interface PlanIndex {
  name: string;
  identity: string;
  /** In the order of the plan. Entries without a usable id are left out. */
  entries: IndexEntry[];
  /** The number of entries, the unusable ones included. */
  count: number;
  problems: Problem[];
}

export interface IndexEntry {
  id: Placed<string>;
  /** absent: its task file's title, or its id. */
  name?: string | undefined;
  /** absent: it is not a priority, which is reported elsewhere. */
  priority?: Priority | undefined;
  dependencies: Placed<string>[];
  estimatedTokens?: number | undefined;
  agent?: AgentName | undefined;
  model?: string | undefined;
  /** absent: there is neither a file nor a specification, which is reported elsewhere. */
  spec?: FileSpec | InlineSpec | undefined;
}

export interface FileSpec {
  kind: "file";
  /** As written. */
  file: Placed<string>;
  /** The index is not where a status counts. */
  status?: Placed<string> | undefined;
}

/** Reads the text of `plan.yaml`. Never throws. */
export function readIndex(text: string, path: string): PlanIndex {
  const yaml = readYaml(text, path);
  const reader = new FieldReader(yaml);
  const root = yaml.root;
  const index = { name: "", identity: "", entries: [] as IndexEntry[], count: 0 };
  if (isMap(root)) {
    Object.assign(index, readMetadata(reader, root, path), readTasks(reader, root));
  } else if (!yaml.problems.some(({ severity }) => severity === "error")) {
    const [found, hint] = ["the plan is not a mapping", "it begins with `metadata:` and `tasks:`"];
    reader.error(root ? yaml.positionOf(root) : START, "not-a-plan", found, hint);
  }
  return { ...index, problems: reader.allProblems() };
}

function readMetadata(
  reader: FieldReader,
  root: YAMLMap,
  path: string,
): { name: string; identity: string } | undefined {
  const metadata = reader.find(root, "metadata");
  if (metadata && !isNothing(metadata.node) && !isMap(metadata.node)) {
    reader.wrongType(metadata, `"metadata"`, "a mapping with a name");
    return undefined;
  }
  // Some planners write at the top level what others put under `metadata`.
  const map = metadata && isMap(metadata.node) ? metadata.node : root;
  if (["name", "title"].some((name) => isPresent(reader, map, name))) {
    const name = reader.text(map, "name", "title")?.value;
    const created = reader.text(map, "created", "created_at", "date")?.value ?? "";
    return name === undefined ? undefined : { name, identity: identityOf(name, created) };
  }
  const name = nameFrom(path);
  const where = map === root ? "the plan" : `"metadata"`;
  reader.defaulted(map, "name", where, `the plan is called ${quote(name)}`);
  return { name, identity: identityOf(name, "") };
}

/** A plan without a name has its file's, or its folder's where the file is just `plan.yaml`. */
function nameFrom(path: string): string {
  const file = basename(path).replace(/\.[^.]+$/, "");
  return file === "plan" ? basename(dirname(path)) || file : file;
}

/** Readable, safe in a config value, and different for every plan. */
export function identityOf(name: string, created: string): string {
  const slug = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-|-$/g, "");
  const hash = createHash("sha256").update(`${name}\0${created}`).digest("hex").slice(0, 12);
  return slug === "" ? hash : `${slug}-${hash}`;
}

function readTasks(reader: FieldReader, root: YAMLMap): { entries: IndexEntry[]; count: number } {
  const tasks = reader.find(root, "tasks");
  const none = { entries: [], count: 0 };
  if (!tasks) {
    reader.missing(root, "tasks", "the plan");
    return none;
  }
  if (!isSeq(tasks.node) && !isNothing(tasks.node)) {
    reader.wrongType(tasks, `"tasks"`, "a list of tasks, each beginning with a dash");
    return none;
  }
  const items = isSeq(tasks.node) ? tasks.node.items : [];
  if (items.length === 0) {
    reader.error(tasks.at, "no-tasks", "the plan has no tasks", "add at least one under `tasks:`");
  }
  if (items.length > LIMITS.tasks) {
    const message = `the plan has ${items.length} tasks; the limit is ${LIMITS.tasks}`;
    reader.error(tasks.at, "too-many-tasks", message, "split the plan");
    return { ...none, count: items.length };
  }
  const entries = items.map((item, order) => readEntry(reader, item, order));
  return { entries: entries.filter((entry) => entry !== undefined), count: items.length };
}

function readEntry(reader: FieldReader, item: unknown, order: number): IndexEntry | undefined {
  const node = reader.yaml.resolve(item);
  const at = reader.yaml.positionOf(item);
  if (!isMap(node)) {
    reader.wrongType({ node, at }, `entry ${order + 1} of "tasks"`, "a mapping with an id");
    return undefined;
  }
  const id = reader.text(node, "id");
  const where = id ? `the task ${quote(id.value)}` : `entry ${order + 1} of "tasks"`;
  if (!id && !isPresent(reader, node, "id")) reader.missing(node, "id", where);
  const name = reader.text(node, "name", "title")?.value;
  if (!["name", "title"].some((key) => isPresent(reader, node, key))) {
    reader.defaulted(node, "name", where, "its task file's title is taken, or its id");
  }
  const priority = reader.word(node, "priority", PRIORITIES, priorityOf)?.value;
  if (!isPresent(reader, node, "priority")) {
    reader.defaulted(node, "priority", where, '"medium" is taken');
  }
  const dependencies = reader.texts(node, "dependencies", "depends_on");
  if (!dependencies) reader.defaulted(node, "dependencies", where, "it waits for nothing");
  const spec = readSpec(reader, node, name ?? id?.value ?? "");
  if (!spec && !isPresent(reader, node, "file")) reader.missing(node, "file", where);
  const tokens = Number(textOf(reader.find(node, "estimated_tokens")?.node ?? null) ?? NaN);
  const worker = reader.worker(node);
  if (!id) return undefined;
  return {
    id,
    name,
    priority,
    dependencies: dependencies?.value ?? [],
    estimatedTokens: tokens > 0 ? tokens : undefined,
    ...worker,
    spec,
  };
}

function readSpec(
  reader: FieldReader,
  map: YAMLMap,
  name: string,
): FileSpec | InlineSpec | undefined {
  if (!isPresent(reader, map, "file")) return readInline(reader, map, name);
  const file = reader.text(map, "file");
  const status = reader.text(map, "status");
  return file && { kind: "file", file, status };
}

function isPresent(reader: FieldReader, map: YAMLMap, name: string): boolean {
  const node = reader.find(map, name)?.node;
  return node !== undefined && !isNothing(node);
}
