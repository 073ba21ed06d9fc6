import { dirname, join } from "node:path";
import { isMap } from "yaml";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Status, Task } from "../domain/task.ts";
import { FieldReader } from "./fields.ts";
import { findFrontmatter } from "./frontmatter.ts";
import { reasonOf } from "./read.ts";
import { editInlineStatus, editStatus, findEntry, readPlanText } from "./status_edit.ts";
import { statusOf } from "./words.ts";
import { readYaml } from "./yaml.ts";

/** A task's id and where its status line lives. */
export type StatusLine = Pick<Task, "id" | "source">;

/** A task's status as it stands on disk now. */
export function readStatus(task: StatusLine): Result<Status> {
  const text = readSource(task);
  return text.ok ? statusIn(task, text.value) : text;
}

/**
 * Writes a task's status: the one line of its source, atomically, and nothing if it is there
 * already. Synchronous, so that two changes within a process never mix.
 */
export function writeStatus(task: StatusLine, status: Status): Result<void> {
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

/** The status that a source's text holds; none means pending. */
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

/** Puts a new text in the place of a file: whoever reads it sees the old one or the new one. */
function replace(task: StatusLine, text: string): Result<void> {
  let temporary: string | undefined;
  try {
    // A link stays a link: what it points to is replaced.
    const path = Deno.realPathSync(task.source.path);
    const { mode } = Deno.statSync(path);
    temporary = join(dirname(path), `.${task.id}.${crypto.randomUUID()}.tmp`);
    Deno.writeTextFileSync(temporary, text, { createNew: true });
    if (mode !== null) Deno.chmodSync(temporary, mode & 0o7777);
    Deno.renameSync(temporary, path);
    return ok();
  } catch (error) {
    if (temporary) removeIfThere(temporary);
    return failed(task, reasonOf(error));
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made; why not is the failure that is reported.
  }
}

function failed({ source }: StatusLine, detail: string): Result<never> {
  return fail({ reason: "io_failed", path: source.path, detail });
}
