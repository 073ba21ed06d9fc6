import { isTaskId } from "../../domain/names.ts";
import { quote } from "../problems.ts";
import { withoutDeferred } from "./deferred.ts";
import type { ForeignGroup, ForeignList, ForeignTask, Note } from "./format.ts";

/** A list whose ids can name branches, and whose dependencies and members are tasks. */
export function resolveList(foreign: ForeignList): ForeignList {
  const list = withoutDeferred(foreign);
  const { ids, notes } = idsFor(list.tasks);
  const names = new Map<string, string>();
  for (const [at, { id }] of list.tasks.entries()) if (!names.has(id)) names.set(id, ids[at] ?? id);
  const resolver = new Resolver(list, names);
  const tasks = list.tasks.map((task, at): ForeignTask => {
    const id = ids[at] ?? task.id;
    const done = resolver.above(id).some(({ status }) => status === "completed");
    return {
      ...task,
      id,
      status: done ? "completed" : task.status,
      dependencies: resolver.waits(id, task),
    };
  });
  return {
    name: list.name,
    tasks,
    groups: list.groups.map((group) => ({ ...group, members: [...resolver.members(group)] })),
    notes: [...list.notes, ...notes, ...resolver.notes],
  };
}

/** An id for each task that git and every file system takes, and that no other has. */
function idsFor(tasks: readonly ForeignTask[]): { ids: string[]; notes: Note[] } {
  const taken = new Set<string>();
  const notes: Note[] = [];
  const ids = tasks.map(({ id, path, line }, at) => {
    const plain = isTaskId(id) ? id : slugOf(id, at);
    let own = plain;
    for (let nth = 2; taken.has(own.toLowerCase()); nth++) own = `${plain}-${nth}`;
    taken.add(own.toLowerCase());
    if (own !== id && id !== "") {
      notes.push({ path, line, message: `the task ${quote(id)} is called ${own} here` });
    }
    return own;
  });
  return { ids, notes };
}

const SLUG_LENGTH = 60;

function slugOf(id: string, at: number): string {
  const slug = id.normalize("NFKD").replaceAll(/[^A-Za-z0-9._-]+/g, "-").replaceAll(/\.{2,}/g, ".")
    .slice(0, SLUG_LENGTH).replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
  return isTaskId(slug) ? slug : `task-${at + 1}`;
}

/** Answers what tasks wait for in a list with groups. */
class Resolver {
  readonly notes: Note[] = [];
  readonly #names: ReadonlyMap<string, string>;
  readonly #groups: ReadonlyMap<string, ForeignGroup>;
  readonly #tasks: ReadonlyMap<string, ForeignTask>;
  readonly #members = new Map<ForeignGroup, Set<string>>();
  readonly #ends = new Map<ForeignGroup, string[]>();
  readonly #above: ReadonlyMap<string, ForeignGroup[]>;
  readonly #unknown = new Set<string>();

  /** `names`: the plan's ids by those of the list. */
  constructor(list: ForeignList, names: ReadonlyMap<string, string>) {
    this.#names = names;
    this.#groups = new Map(list.groups.map((group) => [group.id, group]));
    this.#tasks = new Map(list.tasks.map((task) => [names.get(task.id) ?? task.id, task]));
    const links = list.groups.flatMap((group) =>
      [...this.members(group)].map((id) => ({ id, group }))
    );
    const byTask = Map.groupBy(links, ({ id }) => id);
    this.#above = new Map([...byTask].map(([id, all]) => [id, all.map(({ group }) => group)]));
  }

  /** The tasks in a group and in the groups in it. */
  members(group: ForeignGroup): Set<string> {
    const known = this.#members.get(group);
    if (known) return known;
    const found = new Set<string>();
    const seen = new Set(group.members);
    // The set grows while it is walked.
    for (const name of seen) {
      const id = this.#names.get(name);
      if (id !== undefined) found.add(id);
      else for (const each of this.#groups.get(name)?.members ?? []) seen.add(each);
    }
    this.#members.set(group, found);
    return found;
  }

  /** The groups that a task is in. */
  above(id: string): readonly ForeignGroup[] {
    return this.#above.get(id) ?? [];
  }

  /** What a task waits for by itself and through its groups. */
  waits(id: string, task: ForeignTask): string[] {
    const found = new Set(task.dependencies.flatMap((name) => this.#meant(name, id, task)));
    for (const group of this.above(id)) {
      // A group that waits for its own members says only that it is done last.
      const own = this.members(group);
      for (const name of group.dependencies ?? []) {
        for (const each of this.#meant(name, id, task)) if (!own.has(each)) found.add(each);
      }
    }
    found.delete(id);
    return [...found];
  }

  #meant(name: string, by: string, { path, line }: ForeignTask): string[] {
    const id = this.#names.get(name);
    if (id !== undefined) return [id];
    const group = this.#groups.get(name);
    if (group) return this.members(group).has(by) ? [] : this.#endsOf(group);
    if (!this.#unknown.has(name)) {
      this.#unknown.add(name);
      const message = `${by} waits for ${quote(name)}, which the list does not have: taken as done`;
      this.notes.push({ path, line, message });
    }
    return [];
  }

  /** The members that no other member waits for. */
  #endsOf(group: ForeignGroup): string[] {
    const known = this.#ends.get(group);
    if (known) return known;
    const members = this.members(group);
    const waitedFor = new Set(
      [...members].flatMap((id) => this.#tasks.get(id)?.dependencies ?? [])
        .map((name) => this.#names.get(name)),
    );
    const ends = [...members].filter((id) => !waitedFor.has(id));
    this.#ends.set(group, ends);
    return ends;
  }
}
