import type { Task } from "../../src/domain/task.ts";
import { findOverlaps } from "../../src/plan/overlaps.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { inlinePlan, valid } from "./folder.ts";

/** What is said of tasks that all change the files given. */
async function overlaps(
  edges: Record<string, string[]>,
  change: (task: Task) => Partial<Task> = () => ({}),
): Promise<string[]> {
  const { tasks } = await valid({ "plan.yaml": inlinePlan(edges) });
  const files = { create: [], modify: ["shared.ts"], delete: [], read: [] };
  const all = tasks.map((task) => ({ ...task, files, ...change(task) }));
  return findOverlaps(all, () => ({ line: 1, column: 1 })).map(({ message }) => message);
}

const NAMED = 'tasks that may run at the same time change "shared.ts": ';

Deno.test("findOverlaps() names the tasks that no dependency orders", async () => {
  assertEquals(await overlaps({ a: [], b: [] }), [`${NAMED}"a", "b"`]);
  assertEquals(await overlaps({ a: [], b: ["a"], c: ["a"] }), [`${NAMED}"b", "c"`]);
});

Deno.test("findOverlaps() is content with tasks that wait for each other, directly or not", async () => {
  assertEquals(await overlaps({ a: [], b: ["a"], c: ["b"] }), []);
  const between = (task: Task) => task.id === "b" ? { files: { ...task.files, modify: [] } } : {};
  assertEquals(await overlaps({ a: [], b: ["a"], c: ["b"] }, between), []);
});

Deno.test("findOverlaps() passes over completed tasks and files that are only read", async () => {
  const completed = (task: Task) => task.id === "a" ? { status: "completed" as const } : {};
  assertEquals(await overlaps({ a: [], b: [] }, completed), []);
  const reads = { create: [], modify: [], delete: [], read: ["shared.ts"] };
  assertEquals(await overlaps({ a: [], b: [] }, () => ({ files: reads })), []);
});

Deno.test("findOverlaps() lists the first of many tasks and files, and counts the others", async () => {
  const edges = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`t${i}`, []]));
  const [message] = await overlaps(edges);
  assert(message?.endsWith('"t7" and 52 more'), message);
  const paths = Array.from({ length: 60 }, (_, i) => `f${i}.ts`);
  const files = { create: paths, modify: [], delete: [], read: [] };
  const messages = await overlaps(edges, () => ({ files }));
  assertEquals(messages.length, 51);
  assert(messages.at(-1)?.startsWith("10 more files"));
});
