import fc from "fast-check";
import { Places, type Release } from "../../src/util/semaphore.ts";
import { assert, assertEquals } from "../support/assert.ts";

Deno.test("take() gives places in the order in which they were asked for", async () => {
  const places = new Places(1);
  const order: string[] = [];
  const first = await places.take();
  const others = ["a", "b", "c"].map(async (name) => {
    const release = await places.take();
    order.push(name);
    release?.();
  });
  first?.();
  await Promise.all(others);
  assertEquals(order, ["a", "b", "c"]);
});

Deno.test("take() gives nothing to who was called off while waiting, and goes on", async () => {
  const places = new Places(1);
  const held = await places.take();
  const off = new AbortController();
  const gone = places.take(off.signal);
  const next = places.take();
  off.abort();
  assertEquals(await gone, undefined);
  assertEquals(await places.take(off.signal), undefined);
  held?.();
  assert(await next);
});

Deno.test("take() counts a place that is released twice once", async () => {
  const places = new Places(1);
  const held = await places.take();
  held?.();
  held?.();
  await places.take();
  let second: Release | undefined;
  void places.take().then((release) => second = release);
  await Promise.resolve();
  assertEquals(second, undefined);
});

Deno.test("take() never gives more places than there are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat({ max: 3 }), { maxLength: 30 }),
      async (size, holds) => {
        const places = new Places(size);
        let taken = 0;
        let most = 0;
        await Promise.all(holds.map(async (ticks) => {
          const release = await places.take();
          most = Math.max(most, ++taken);
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
          taken--;
          release?.();
        }));
        assert(most <= size);
        assertEquals(taken, 0);
      },
    ),
  );
});
