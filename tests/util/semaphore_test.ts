import fc from "fast-check";
import { type Release, Semaphore } from "../../src/util/semaphore.ts";
import { assert, assertEquals } from "../support/assert.ts";

Deno.test("take() gives permits in the order in which they were asked for", async () => {
  const permits = new Semaphore(1);
  const order: string[] = [];
  const first = await permits.take();
  const others = ["a", "b", "c"].map(async (name) => {
    const release = await permits.take();
    order.push(name);
    release?.();
  });
  first?.();
  await Promise.all(others);
  assertEquals(order, ["a", "b", "c"]);
});

Deno.test("take() returns nothing to an aborted waiter, and serves the others", async () => {
  const permits = new Semaphore(1);
  const held = await permits.take();
  const off = new AbortController();
  const gone = permits.take(off.signal);
  const next = permits.take();
  off.abort();
  assertEquals(await gone, undefined);
  assertEquals(await permits.take(off.signal), undefined);
  held?.();
  assert(await next);
});

Deno.test("take() counts a permit that is released twice once", async () => {
  const permits = new Semaphore(1);
  const held = await permits.take();
  held?.();
  held?.();
  await permits.take();
  let second: Release | undefined;
  void permits.take().then((release) => second = release);
  await Promise.resolve();
  assertEquals(second, undefined);
});

Deno.test("take() never gives more permits than there are", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat({ max: 3 }), { maxLength: 30 }),
      async (size, holds) => {
        const permits = new Semaphore(size);
        let taken = 0;
        let most = 0;
        await Promise.all(holds.map(async (ticks) => {
          const release = await permits.take();
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
