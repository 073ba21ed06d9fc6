import type { ForeignList, ForeignTask } from "./format.ts";

/** The list without what was put off and what waits for it, with a note on each. */
export function withoutDeferred(list: ForeignList): ForeignList {
  const out = new Set<string>();
  const notes = [...list.notes];
  const noteOn = ({ path, line }: ForeignTask, message: string) =>
    notes.push({ path, line, message });
  for (const { id, status, members } of list.groups) {
    if (status === "deferred") { for (const each of [id, ...members]) out.add(each); }
  }
  for (const task of list.tasks) if (task.status === "deferred") out.add(task.id);
  if (out.size === 0) return list;
  for (const task of list.tasks) {
    if (out.has(task.id)) noteOn(task, `${task.id} is deferred: left out`);
  }
  const dependents = dependentsOf(list.tasks);
  // The set grows while it is walked.
  for (const id of out) {
    for (const task of dependents.get(id) ?? []) {
      if (out.has(task.id) || task.status === "completed") continue;
      out.add(task.id);
      noteOn(task, `${task.id} waits for ${id}, which is deferred: left out`);
    }
  }
  return {
    ...list,
    notes,
    tasks: list.tasks.filter(({ id }) => !out.has(id)),
    groups: list.groups.filter(({ id }) => !out.has(id)),
  };
}

function dependentsOf(tasks: readonly ForeignTask[]): Map<string, ForeignTask[]> {
  const links = tasks.flatMap((task) => task.dependencies.map((on) => ({ on, task })));
  const byDependency = Map.groupBy(links, ({ on }) => on);
  return new Map([...byDependency].map(([on, all]) => [on, all.map(({ task }) => task)]));
}
