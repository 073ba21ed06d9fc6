import { PRIORITIES, type Priority, type Task, type TaskId } from "./task.ts";

/** What the graph needs to know of a task. Dependencies that no task has are passed over. */
export type GraphNode = Pick<Task, "id" | "dependencies">;

/** The tasks that wait directly for each task, in the order of the plan. */
export function dependentsOf(tasks: readonly GraphNode[]): Map<TaskId, TaskId[]> {
  const dependents = new Map<TaskId, TaskId[]>(tasks.map(({ id }) => [id, []]));
  for (const { id, dependencies } of tasks) {
    for (const dependency of dependencies) dependents.get(dependency)?.push(id);
  }
  return dependents;
}

/**
 * The ids in an order in which every task comes after its dependencies, otherwise as in the plan.
 * Tasks on a cycle, and those behind one, are left out.
 */
export function topological(tasks: readonly GraphNode[]): TaskId[] {
  const dependents = dependentsOf(tasks);
  const waitsFor = new Map<TaskId, number>();
  for (const { id, dependencies } of tasks) {
    waitsFor.set(id, dependencies.filter((dependency) => dependents.has(dependency)).length);
  }
  const order = tasks.map(({ id }) => id).filter((id) => waitsFor.get(id) === 0);
  // The list grows while it is walked: a task is added when the last it waits for is in.
  for (const id of order) {
    for (const dependent of dependents.get(id) ?? []) {
      const left = (waitsFor.get(dependent) ?? 0) - 1;
      waitsFor.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}

/** The same with the tasks themselves. */
export function dependenciesFirst<T extends GraphNode>(tasks: readonly T[]): T[] {
  const nodes = new Map(tasks.map((task) => [task.id, task]));
  return topological(tasks).flatMap((id) => nodes.get(id) ?? []);
}

interface Step {
  node: GraphNode;
  /** Index of the next dependency to visit. */
  next: number;
}

/**
 * The cycles of the graph, each as ids of which every one depends on the next and the last on the
 * first. No more than `atMost`: dense graphs have exponentially many.
 */
export function findCycles(tasks: readonly GraphNode[], atMost = 10): TaskId[][] {
  const nodes = new Map(tasks.map((task) => [task.id, task]));
  const cycles: TaskId[][] = [];
  const done = new Set<TaskId>();
  for (const root of tasks) {
    const path: Step[] = [];
    const depths = new Map<TaskId, number>();
    const enter = (node: GraphNode) => {
      depths.set(node.id, path.length);
      path.push({ node, next: 0 });
    };
    if (!done.has(root.id)) enter(root);
    for (let step = path.at(-1); step && cycles.length < atMost; step = path.at(-1)) {
      const dependency = step.node.dependencies[step.next++];
      if (dependency === undefined) {
        done.add(step.node.id);
        depths.delete(step.node.id);
        path.pop();
        continue;
      }
      const node = nodes.get(dependency);
      const depth = depths.get(dependency);
      if (depth !== undefined) cycles.push(path.slice(depth).map((each) => each.node.id));
      else if (node && !done.has(dependency)) enter(node);
    }
  }
  return cycles;
}

/** Each task's priority with what it inherits: the most urgent of its own and its dependents'. */
export function inheritPriorities(
  tasks: readonly (GraphNode & Pick<Task, "priority">)[],
): Map<TaskId, Priority> {
  const priorities = new Map(tasks.map(({ id, priority }) => [id, priority]));
  const nodes = new Map(tasks.map((task) => [task.id, task]));
  for (const id of topological(tasks).reverse()) {
    const lent = priorities.get(id);
    for (const dependency of nodes.get(id)?.dependencies ?? []) {
      const own = priorities.get(dependency);
      if (lent && own && isMoreUrgent(lent, own)) priorities.set(dependency, lent);
    }
  }
  return priorities;
}

/** Whether `a` goes before `b`. */
export function isMoreUrgent(a: Priority, b: Priority): boolean {
  return PRIORITIES.indexOf(a) < PRIORITIES.indexOf(b);
}

/**
 * The number of tasks on the longest chain of dependents that starts at each task, itself included.
 */
export function chainLengths(tasks: readonly GraphNode[]): Map<TaskId, number> {
  const dependents = dependentsOf(tasks);
  const lengths = new Map<TaskId, number>();
  for (const id of topological(tasks).reverse()) {
    let longest = 0;
    for (const dependent of dependents.get(id) ?? []) {
      longest = Math.max(longest, lengths.get(dependent) ?? 0);
    }
    lengths.set(id, longest + 1);
  }
  return lengths;
}

/** The tasks of these ids and everything that they depend on, directly or not. */
export function withDependencies(
  tasks: readonly GraphNode[],
  ids: Iterable<TaskId>,
): Set<TaskId> {
  const nodes = new Map(tasks.map((task) => [task.id, task]));
  const found = new Set<TaskId>([...ids].filter((id) => nodes.has(id)));
  // A set that grows while it is walked is walked to its new end.
  for (const id of found) {
    for (const dependency of nodes.get(id)?.dependencies ?? []) {
      if (nodes.has(dependency)) found.add(dependency);
    }
  }
  return found;
}

/** A task, everything that it depends on and everything that depends on it, directly or not. */
export function orderedWith(tasks: readonly GraphNode[], id: TaskId): Set<TaskId> {
  const dependents = dependentsOf(tasks);
  const after = new Set([id]);
  for (const task of after) {
    for (const dependent of dependents.get(task) ?? []) after.add(dependent);
  }
  return after.union(withDependencies(tasks, [id]));
}
