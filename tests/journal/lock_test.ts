import { join } from "node:path";
import { readLock, takeLock } from "../../src/journal/lock.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { textOf } from "../support/repo.ts";
import { failureOf, must } from "../support/result.ts";

/** parex's own folder in a repository, not yet there. */
async function stateFolder() {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-lock-" }));
  const path = join(folder, "parex");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** The lock of a process that has ended, whose id another process has by now. */
async function leaveBehind(state: string): Promise<void> {
  must(await takeLock(state, "earlier"));
  const owner = JSON.parse(await Deno.readTextFile(join(state, "lock")));
  await Deno.writeTextFile(join(state, "lock"), JSON.stringify({ ...owner, started: "long ago" }));
}

Deno.test("takeLock() is refused while a living process holds the lock, and says which", async () => {
  await using state = await stateFolder();
  const lock = must(await takeLock(state.path, "first"));
  const failure = failureOf(await takeLock(state.path, "second"), "lock_held");
  assertEquals([failure.pid, failure.run], [Deno.pid, "first"]);
  lock.release();
  assertEquals(await readLock(state.path), undefined);
  must(await takeLock(state.path, "second"));
});

Deno.test("takeLock() takes over the lock of a process that has ended", async () => {
  await using state = await stateFolder();
  await leaveBehind(state.path);
  assertEquals((await readLock(state.path))?.alive, false);
  must(await takeLock(state.path, "next"));
  const held = await readLock(state.path);
  assertEquals([held?.alive, held?.owner.run], [true, "next"]);
});

Deno.test("takeLock() takes over a lock that is no lock of parex", async () => {
  await using state = await stateFolder();
  await Deno.mkdir(state.path);
  await Deno.writeTextFile(join(state.path, "lock"), "{ half a lin");
  must(await takeLock(state.path, "next"));
  assertEquals((await readLock(state.path))?.owner.run, "next");
});

Deno.test("takeLock() gives a dead owner's lock to one of many who ask at once", async () => {
  await using state = await stateFolder();
  await leaveBehind(state.path);
  const runs = Array.from({ length: 8 }, (_, index) => `run-${index}`);
  const asked = await Promise.all(runs.map((run) => takeLock(state.path, run)));
  assertEquals(asked.filter(({ ok }) => ok).length, 1);
  for (const one of asked.filter(({ ok }) => !ok)) failureOf(one, "lock_held");
  const left = await Array.fromAsync(Deno.readDir(state.path), ({ name }) => name);
  assertEquals(left, ["lock"]);
});

Deno.test("release() leaves a lock alone that is another run's by now", async () => {
  await using state = await stateFolder();
  const lock = must(await takeLock(state.path, "first"));
  lock.release();
  must(await takeLock(state.path, "second"));
  lock.release();
  assert(await textOf(join(state.path, "lock")));
});

Deno.test("takeLock() says so where the folder cannot be written", async () => {
  await using state = await stateFolder();
  await Deno.writeTextFile(state.path, "a file where the folder would be");
  failureOf(await takeLock(state.path, "run"), "io_failed");
});
