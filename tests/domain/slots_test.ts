import fc from "fast-check";
import { composeProject, firstPorts, SlotNumbers } from "../../src/domain/slots.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";

Deno.test("a slot is kept until it is freed, and then goes to the next request", () => {
  const slots = new SlotNumbers();
  assertEquals(["a", "b", "a", "c"].map((task) => slots.take(task)), [0, 1, 0, 2]);
  slots.free("b");
  assertEquals(["d", "e", "c"].map((task) => slots.take(task)), [1, 3, 2]);
});

Deno.test("no two tasks ever have the same slot, and none loses its own", () => {
  const step = fc.record({ task: fc.constantFrom(..."abcdefgh"), free: fc.boolean() });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const slots = new SlotNumbers();
    const held = new Map<string, number>();
    for (const { task, free } of steps) {
      if (free) {
        slots.free(task);
        held.delete(task);
        continue;
      }
      const slot = slots.take(task);
      assertEquals(slot, held.get(task) ?? slot);
      held.set(task, slot);
      assertEquals(new Set(held.values()).size, held.size);
      assert(slot < held.size + steps.length);
    }
  }));
});

Deno.test("slots of a repository have ports of their own", () => {
  const firsts = [0, 1, 2, 3].map((slot) => firstPorts("/code/app/.git", slot).next().value);
  assertEquals(new Set(firsts).size, 4);
  for (const port of firsts) assert(Number(port) >= 20_000 && Number(port) < 30_000 - 9);
});

Deno.test("compose projects differ between tasks and between repositories", () => {
  const names = [
    composeProject("/a/.git", "Task.1"),
    composeProject("/a/.git", "task-1"),
    composeProject("/b/.git", "task-1"),
    composeProject("/b/.git", "_landing"),
  ];
  assertEquals(new Set(names).size, 4);
  for (const name of names) assertMatch(name, /^[a-z0-9][a-z0-9_-]*$/);
});
