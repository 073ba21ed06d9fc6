import fc from "fast-check";
import {
  chainLengths,
  dependenciesFirst,
  dependentsOf,
  findCycles,
  type GraphNode,
  inheritPriorities,
  topological,
  withDependencies,
} from "../../src/domain/graph.ts";
import { PRIORITIES, type Priority } from "../../src/domain/task.ts";
import { assert, assertEquals } from "../support/assert.ts";

function graph(edges: Record<string, string[]>): GraphNode[] {
  return Object.entries(edges).map(([id, dependencies]) => ({ id, dependencies }));
}

/** A chain in which every task waits for the one before it. */
function chain(length: number): GraphNode[] {
  return Array.from({ length }, (_, i) => ({
    id: `t${i}`,
    dependencies: i === 0 ? [] : [`t${i - 1}`],
  }));
}

/** Any graph without a cycle, in any order. */
const dags: fc.Arbitrary<GraphNode[]> = fc.integer({ min: 1, max: 30 }).chain((size) => {
  const nodes = Array.from(
    { length: size },
    (_, i) =>
      fc.subarray(Array.from({ length: i }, (_, j) => `t${j}`))
        .map((dependencies) => ({ id: `t${i}`, dependencies })),
  );
  return fc.tuple(...nodes).chain((all) =>
    fc.shuffledSubarray(all, { minLength: size, maxLength: size })
  );
});

Deno.test("findCycles() finds none in any graph without one, and topological() orders it", () => {
  fc.assert(fc.property(dags, (tasks) => {
    assertEquals(findCycles(tasks), []);
    const positions = new Map(topological(tasks).map((id, position) => [id, position]));
    assertEquals(positions.size, tasks.length);
    for (const { id, dependencies } of tasks) {
      for (const dependency of dependencies) {
        assert((positions.get(dependency) ?? Infinity) < (positions.get(id) ?? -1));
      }
    }
  }));
});

Deno.test("findCycles() names the whole of a cycle put into any graph", () => {
  fc.assert(fc.property(dags, fc.integer({ min: 1, max: 6 }), fc.nat(), (tasks, length, seed) => {
    const ring = Array.from({ length }, (_, i) => ({
      id: `c${i}`,
      dependencies: [`c${(i + 1) % length}`],
    }));
    // The ring hangs between the tasks: it waits for one, and another one waits for it.
    const before = tasks[seed % tasks.length];
    const after = { id: "after", dependencies: ["c0"] };
    ring[0]?.dependencies.unshift(before?.id ?? "");
    const cycles = findCycles([...tasks, after, ...ring]);
    assertEquals(cycles.length, 1);
    const cycle = cycles[0] ?? [];
    assertEquals(new Set(cycle), new Set(ring.map(({ id }) => id)));
    const all = new Map(ring.map((task) => [task.id, task.dependencies]));
    for (const [index, id] of cycle.entries()) {
      assert(all.get(id)?.includes(cycle[(index + 1) % cycle.length] ?? ""));
    }
  }));
});

Deno.test("findCycles() finds separate cycles, up to a bound", () => {
  const tasks = graph({ a: ["b"], b: ["a"], c: ["c"], d: ["a"] });
  assertEquals(findCycles(tasks), [["a", "b"], ["c"]]);
  assertEquals(findCycles(tasks, 1), [["a", "b"]]);
});

Deno.test("dependenciesFirst() gives the tasks in the order of topological()", () => {
  fc.assert(fc.property(dags, (tasks) => {
    assertEquals(dependenciesFirst(tasks).map(({ id }) => id), topological(tasks));
  }));
});

Deno.test("topological() keeps the plan's order where it may, and leaves cycles out", () => {
  assertEquals(topological(graph({ c: [], a: ["b"], b: [] })), ["c", "b", "a"]);
  assertEquals(topological(graph({ a: ["b"], b: ["a"], c: ["a"], d: [] })), ["d"]);
});

Deno.test("every walk of the graph takes a chain of 10,000 tasks", () => {
  const tasks = chain(10_000);
  const priorities = tasks.map((task, i) => ({
    ...task,
    priority: (i === 9_999 ? "blocker" : "low") as Priority,
  }));
  assertEquals(findCycles(tasks), []);
  assertEquals(
    findCycles([...tasks.slice(1), { id: "t0", dependencies: ["t9999"] }])[0]?.length,
    10_000,
  );
  assertEquals(topological(tasks).at(-1), "t9999");
  assertEquals(chainLengths(tasks).get("t0"), 10_000);
  assertEquals(withDependencies(tasks, ["t9999"]).size, 10_000);
  assertEquals(inheritPriorities(priorities).get("t0"), "blocker");
});

Deno.test("inheritPriorities() gives each task the most urgent priority of what waits for it", () => {
  const tasks = [
    { id: "base", dependencies: [], priority: "low" as Priority },
    { id: "middle", dependencies: ["base"], priority: "medium" as Priority },
    { id: "top", dependencies: ["middle"], priority: "blocker" as Priority },
    { id: "leaf", dependencies: ["base"], priority: "high" as Priority },
  ];
  assertEquals(Object.fromEntries(inheritPriorities(tasks)), {
    base: "blocker",
    middle: "blocker",
    top: "blocker",
    leaf: "high",
  });
});

Deno.test("inheritPriorities() never lowers a priority, nor leaves a dependent above it", () => {
  const withPriorities = dags.chain((tasks) =>
    fc.tuple(
      ...tasks.map((task) =>
        fc.constantFrom(...PRIORITIES).map((priority) => ({ ...task, priority }))
      ),
    )
  );
  fc.assert(fc.property(withPriorities, (tasks) => {
    const inherited = inheritPriorities(tasks);
    const rank = (priority: Priority | undefined) => PRIORITIES.indexOf(priority ?? "low");
    for (const { id, priority, dependencies } of tasks) {
      assert(rank(inherited.get(id)) <= rank(priority));
      for (const dependency of dependencies) {
        assert(rank(inherited.get(dependency)) <= rank(inherited.get(id)));
      }
    }
  }));
});

Deno.test("chainLengths() counts the tasks of the longest chain behind each", () => {
  const tasks = graph({ a: [], b: ["a"], c: ["b"], d: ["a"], e: [] });
  assertEquals(Object.fromEntries(chainLengths(tasks)), { a: 3, b: 2, c: 1, d: 1, e: 1 });
});

Deno.test("withDependencies() adds what the tasks depend on, and nothing that is unknown", () => {
  const tasks = graph({ a: [], b: ["a"], c: ["b", "gone"], d: [] });
  assertEquals(withDependencies(tasks, ["c", "nobody"]), new Set(["c", "b", "a"]));
});

Deno.test("dependentsOf() lists the dependents of each task, in the order of the plan", () => {
  const tasks = graph({ a: [], c: ["a"], b: ["a", "gone"] });
  assertEquals(Object.fromEntries(dependentsOf(tasks)), { a: ["c", "b"], c: [], b: [] });
});
