import fc from "fast-check";
import { findSharing, pairKey } from "../../src/domain/overlap.ts";
import { withDependencies } from "../../src/domain/graph.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { anyDag, taskOf } from "../support/plans.ts";

const modify = (...files: string[]) => ({ create: [], modify: files, delete: [], read: [] });

Deno.test("findSharing() pairs exactly the tasks that no dependency orders and that share a file", () => {
  const plans = anyDag(10).chain((tasks) =>
    fc.tuple(
      ...tasks.map((task) =>
        fc.subarray(["a", "b", "c"]).map((files) => ({ ...task, files: modify(...files) }))
      ),
    )
  );
  fc.assert(fc.property(plans, (tasks) => {
    const expected = new Map<string, string[]>();
    for (const [at, one] of tasks.entries()) {
      for (const other of tasks.slice(0, at)) {
        const files = one.files.modify.filter((file) => other.files.modify.includes(file));
        const ordered = withDependencies(tasks, [one.id]).has(other.id);
        if (files.length > 0 && !ordered) expected.set(pairKey([other.id, one.id]), files);
      }
    }
    const found = findSharing(tasks).overlaps.map(({ tasks, files }) =>
      [pairKey(tasks), files.toSorted()] as const
    );
    assertEquals(new Map(found), expected);
    assertEquals(found.length, expected.size, "each pair stands there once");
  }));
});

Deno.test("findSharing() stays bounded where every task changes the same files", () => {
  const files = modify(...Array.from({ length: 20 }, (_, at) => `f${at}`));
  const tasks = Array.from({ length: 3000 }, (_, at) => ({ ...taskOf(`t${at}`), files }));
  const { files: shared, overlaps } = findSharing(tasks);
  assertEquals(shared.map(({ tasks }) => tasks.length), Array(20).fill(3000));
  assert(overlaps.length <= 50);
  assert(overlaps.every(({ files }) => files.length === 20), "a pair names all of its files");
});
