import fc from "fast-check";
import { inheritPriorities } from "../../src/domain/graph.ts";
import { PRIORITIES, type Priority, type Task, type TaskId } from "../../src/domain/task.ts";

/** A task of a made-up plan. */
export function taskOf(
  id: TaskId,
  dependencies: TaskId[] = [],
  priority: Priority = "medium",
  order = 0,
): Task {
  return {
    id,
    name: `Task ${id}`,
    priority,
    effectivePriority: priority,
    dependencies,
    status: "pending",
    source: { kind: "inline", path: "/plan.yaml" },
    body: "",
    labels: [],
    files: { create: [], modify: [], delete: [], read: [] },
    order,
  };
}

/** Any acyclic plan of up to `max` tasks, priorities inherited. */
export function anyDag(max = 12): fc.Arbitrary<Task[]> {
  return fc.integer({ min: 1, max }).chain((count) =>
    fc.tuple(
      fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: count, maxLength: count }),
      fc.array(fc.constantFrom(...PRIORITIES), { minLength: count, maxLength: count }),
    )
  ).map(([links, priorities]) => {
    const tasks = links.map((wanted, order) => {
      const before = order === 0 ? [] : [...new Set(wanted.map((pick) => `t${pick % order}`))];
      return taskOf(`t${order}`, before, priorities[order], order);
    });
    const inherited = inheritPriorities(tasks);
    return tasks.map((task) => ({
      ...task,
      effectivePriority: inherited.get(task.id) ?? task.priority,
    }));
  });
}
