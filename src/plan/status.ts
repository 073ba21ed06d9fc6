import { isMap } from "yaml";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Status, Task } from "../domain/task.ts";
import { FieldReader } from "./fields.ts";
import { findFrontmatter } from "./frontmatter.ts";
import { isMarkedDone, writeMark } from "./import/marks.ts";
import { reasonOf } from "./read.ts";
import { replaceFile } from "./replace_file.ts";
import { editInlineStatus, editStatus, findEntry, readPlanText } from "./status_edit.ts";
import { statusOf } from "./words.ts";
import { readYaml } from "./yaml.ts";

/** A task's id and where its status line lives. */
export type StatusLine = Pick<Task, "id" | "source">;

/** A task's current status on disk. */
export function readStatus(task: StatusLine): Result<Status> {
  if (task.source.kind === "foreign") {
    const done = isMarkedDone(task.id, task.source.list);
    return done.ok ? ok(done.value ? "completed" : "pending") : done;
  }
  const text = readSource(task);
  return text.ok ? statusIn(task, text.value) : text;
}

/**
 * Writes a task's status: the one line of its source, atomically, and nothing if it is there
 * already. Synchronous, so that two changes within a process never mix.
 */
export function writeStatus(task: StatusLine, status: Status): Result<void> {
  if (task.source.kind === "foreign") return writeMark(task.id, task.source.list, status);
  const text = readSource(task);
  if (!text.ok) return text;
  const current = statusIn(task, text.value);
  if (!current.ok) return current;
  if (current.value === status) return ok();
  const edited = task.source.kind === "file"
    ? editStatus(text.value, status)
    : editInlineStatus(text.value, task.id, status);
  // YAML has more ways to write a line than an edit can know: look before it is kept.
  const written = statusIn(task, edited);
  if (!written.ok) return written;
  if (written.value !== status) return failed(task, `the status of ${task.id} cannot be changed`);
  return replace(task, edited);
}

/** The status in a source's text; without one it is pending. */
function statusIn({ id, source }: StatusLine, text: string): Result<Status> {
  const yaml = source.kind === "file" ? readFrontmatter(text) : readPlanText(text);
  const error = yaml?.problems.find(({ severity }) => severity === "error");
  if (error) return failed({ id, source }, `line ${error.line}: ${error.message}`);
  const map = source.kind === "file" ? yaml?.root : yaml && findEntry(yaml, id);
  if (!yaml || (source.kind === "file" && map === null)) return ok("pending");
  if (!isMap(map)) return failed({ id, source }, `it does not specify ${id} any more`);
  const written = new FieldReader(yaml).text(map, "status")?.value ?? "pending";
  const status = statusOf(written);
  return status ? ok(status) : failed({ id, source }, `the status "${written}" is unknown`);
}

/** undefined: there is none. */
function readFrontmatter(text: string) {
  const frontmatter = findFrontmatter(text);
  if (frontmatter === "none") return undefined;
  return readYaml(frontmatter === "unclosed" ? text : text.slice(0, frontmatter.end), "");
}

function readSource(task: StatusLine): Result<string> {
  try {
    const bytes = Deno.readFileSync(task.source.path);
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    return failed(task, reasonOf(error));
  }
}

function replace(task: StatusLine, text: string): Result<void> {
  try {
    replaceFile(task.source.path, text);
    return ok();
  } catch (error) {
    return failed(task, reasonOf(error));
  }
}

function failed({ source }: StatusLine, detail: string): Result<never> {
  return fail({ reason: "io_failed", path: source.path, detail });
}
