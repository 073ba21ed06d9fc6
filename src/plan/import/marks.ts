import type { Status, TaskId } from "../../domain/task.ts";
import { fail, ok, type Result } from "../../domain/result.ts";
import { reasonOf } from "../read.ts";
import { replaceFile } from "../replace_file.ts";
import { detectList } from "./detect.ts";
import { readForeign } from "./foreign_plan.ts";
import type { ForeignList, Mark, SourceFile } from "./format.ts";

interface Marked {
  marks: Mark[];
  done: boolean;
}

/**
 * A list and the current texts of its files: reading it again for each mark would take quadratic
 * time.
 */
class MarkedList {
  readonly tasks: Map<TaskId, Marked>;
  readonly groups: Map<TaskId, (Marked & { members: string[] })[]>;
  readonly #texts: Map<string, string>;
  readonly #byPath: Map<string, Mark[]>;

  constructor(list: ForeignList, files: readonly SourceFile[]) {
    this.tasks = new Map(
      list.tasks.map(({ id, marks, status }) => [id, { marks, done: isDone(status) }]),
    );
    const groups = list.groups.map(({ marks, members, status }) => ({
      marks,
      members,
      done: isDone(status),
    }));
    const links = groups.flatMap((group) => group.members.map((id) => ({ id, group })));
    const byTask = Map.groupBy(links, ({ id }) => id);
    this.groups = new Map([...byTask].map(([id, all]) => [id, all.map(({ group }) => group)]));
    this.#texts = new Map(files.map(({ path, text }) => [path, text]));
    const marks = [...this.tasks.values(), ...groups].flatMap((each) => each.marks);
    this.#byPath = Map.groupBy(marks, ({ path }) => path);
  }

  /** Whether the files of these marks are as they were left here. */
  knows(marks: readonly Mark[]): boolean {
    return marks.every(({ path }) => textOf(path) === this.#texts.get(path));
  }

  set(mark: Mark, status: Status): void {
    const text = this.#texts.get(mark.path);
    const word = mark.words[status] ?? mark.words.pending;
    if (text === undefined || text.slice(mark.start, mark.end) === word) return;
    const next = text.slice(0, mark.start) + word + text.slice(mark.end);
    replaceFile(mark.path, next);
    this.#texts.set(mark.path, next);
    const shift = word.length - (mark.end - mark.start);
    const end = mark.end;
    mark.end = mark.start + word.length;
    if (shift === 0) return;
    for (const other of this.#byPath.get(mark.path) ?? []) {
      if (other === mark || other.start < end) continue;
      other.start += shift;
      other.end += shift;
    }
  }
}

let last: { list: string; marked: MarkedList } | undefined;

/** Whether a task is done as its list says now. */
export function isMarkedDone(id: TaskId, list: string): Result<boolean> {
  const marked = markedList(id, list);
  return marked.ok ? ok(marked.value.tasks.get(id)?.done ?? false) : marked;
}

/**
 * Writes the mark of a task into the list that it came from, and nothing else; with the last task
 * of a group its group's. Synchronous, so that two changes within a process never mix.
 */
export function writeMark(id: TaskId, list: string, status: Status): Result<void> {
  const marked = markedList(id, list);
  if (!marked.ok) return marked;
  const task = marked.value.tasks.get(id);
  if (!task) {
    return fail({ reason: "io_failed", path: list, detail: `it has no task ${id} any more` });
  }
  try {
    for (const mark of task.marks) marked.value.set(mark, status);
    task.done = isDone(status);
    for (const group of marked.value.groups.get(id) ?? []) {
      const done = task.done && group.members.every((each) => marked.value.tasks.get(each)?.done);
      if (!done || group.done) continue;
      for (const mark of group.marks) marked.value.set(mark, "completed");
      group.done = true;
    }
    return ok();
  } catch (error) {
    return fail({ reason: "io_failed", path: list, detail: reasonOf(error) });
  }
}

function markedList(id: TaskId, list: string): Result<MarkedList> {
  if (last?.list === list && last.marked.knows(last.marked.tasks.get(id)?.marks ?? [])) {
    return ok(last.marked);
  }
  const detected = detectList(list);
  if (!detected) {
    return fail({ reason: "io_failed", path: list, detail: "it is not a task list any more" });
  }
  const read = readForeign(detected);
  if (!read.ok) return read;
  const marked = new MarkedList(read.value, detected.format.files(detected.list));
  last = { list, marked };
  return ok(marked);
}

function isDone(status: string): boolean {
  return status === "completed";
}

function textOf(path: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Deno.readFileSync(path));
  } catch {
    return undefined;
  }
}
