import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LockOwner, readLock, takeLock } from "../../src/journal/lock.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { textOf } from "../support/repo.ts";
import { failureOf, must } from "../support/result.ts";

const LOCK_TS = new URL("../../src/journal/lock.ts", import.meta.url).href;
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** parex's own folder in a repository, not yet there. */
async function stateFolder() {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-lock-" }));
  const path = join(folder, "parex");
  return {
    path,
    lock: join(path, "lock"),
    /** A text that an owner has left in the file, which nobody holds. */
    left: async (owner: Partial<LockOwner>) => {
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(join(path, "lock"), JSON.stringify({ ...OWNER, ...owner }));
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const OWNER: LockOwner = {
  pid: 2 ** 22 + 1,
  started: "long ago",
  since: "2026-11-22T09:30:15Z",
  run: "earlier",
};
const UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
const ELSEWHERE = { host: "build-2", boot: "00000000-0000-0000-0000-000000000000" };

/** A process that takes the lock, says so, and holds it until it is killed. */
async function holder(state: string, run: string, ...wrapper: string[]) {
  const code = `
    const { takeLock } = await import("${LOCK_TS}");
    const lock = takeLock(${JSON.stringify(state)}, "${run}");
    console.log(JSON.stringify({ ...lock, pid: Deno.pid }));
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  `;
  const module = `data:text/javascript,${encodeURIComponent(code)}`;
  const argv = [...wrapper, Deno.execPath(), "run", "-A", "--quiet", "--config", CONFIG, module];
  const child = new Deno.Command(argv[0] ?? "", {
    args: argv.slice(1),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.getReader();
  const said = new TextDecoder().decode((await reader.read()).value);
  return {
    said: JSON.parse(said),
    kill: async () => {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

Deno.test("takeLock() is refused while a living process holds the lock, and says which", async () => {
  await using state = await stateFolder();
  const lock = must(takeLock(state.path, "first"));
  const failure = failureOf(takeLock(state.path, "second"), "lock_held");
  assertEquals([failure.pid, failure.run, failure.host], [Deno.pid, "first", undefined]);
  lock.release();
  assertEquals(readLock(state.path), undefined);
  must(takeLock(state.path, "second")).release();
});

Deno.test("takeLock() takes over the lock of a process that was killed", async () => {
  await using state = await stateFolder();
  const first = await holder(state.path, "first");
  const refused = failureOf(takeLock(state.path, "second"), "lock_held");
  assertEquals([refused.pid, refused.run], [first.said.pid, "first"]);
  await first.kill();
  assertEquals([readLock(state.path)?.alive, readLock(state.path)?.owner.run], [false, "first"]);
  const lock = must(takeLock(state.path, "second"));
  assertEquals([readLock(state.path)?.alive, lock.takenFrom], [true, undefined]);
  lock.release();
});

Deno.test({
  name: "takeLock() is refused while a process in another PID namespace holds the lock",
  ignore: !await mayUnshare(),
  fn: async () => {
    await using state = await stateFolder();
    const inside = await holder(state.path, "inside", ...UNSHARE);
    try {
      assertEquals(inside.said.ok, true);
      assertEquals(readLock(state.path)?.alive, true);
      const refused = failureOf(takeLock(state.path, "outside"), "lock_held");
      assertEquals([refused.pid, refused.run], [inside.said.pid, "inside"]);
    } finally {
      await inside.kill();
    }
    const lock = must(takeLock(state.path, "outside"));
    const second = await holder(state.path, "second", ...UNSHARE);
    assertEquals([second.said.ok, second.said.failure?.run], [false, "outside"]);
    await second.kill();
    lock.release();
  },
});

Deno.test("takeLock() is refused while another machine's parex is alive", async () => {
  await using state = await stateFolder();
  await state.left({ machine: ELSEWHERE });
  const refused = failureOf(takeLock(state.path, "here"), "lock_held");
  assertEquals([refused.host, refused.run], ["build-2", "earlier"]);
  assert(Date.parse(refused.seen ?? "") > 0, refused.seen);
  assertEquals(readLock(state.path)?.alive, true);
});

Deno.test("takeLock() takes over from another machine that is gone, and says from which", async () => {
  await using state = await stateFolder();
  await state.left({ machine: ELSEWHERE });
  const then = new Date(Date.now() - 3_600_000);
  await Deno.utime(state.lock, then, then);
  assertEquals(readLock(state.path)?.alive, false);
  const lock = must(takeLock(state.path, "here"));
  assertEquals(lock.takenFrom?.machine?.host, "build-2");
  lock.release();
});

Deno.test("takeLock() is refused while a parex 0.1.0, which holds no kernel lock, lives", async () => {
  await using state = await stateFolder();
  const lock = must(takeLock(state.path));
  const { started = "" } = readLock(state.path)?.owner ?? {};
  lock.release();
  await state.left({ pid: Deno.pid, started });
  assertEquals(failureOf(takeLock(state.path, "new"), "lock_held").pid, Deno.pid);
  await state.left({ pid: Deno.pid, started: "long ago" });
  must(takeLock(state.path, "new")).release();
});

Deno.test("takeLock() takes over a lock file that parex did not write", async () => {
  await using state = await stateFolder();
  await Deno.mkdir(state.path);
  await Deno.writeTextFile(state.lock, "{ half a lin");
  const lock = must(takeLock(state.path, "next"));
  assertEquals(readLock(state.path)?.owner.run, "next");
  lock.release();
});

Deno.test("takeLock() gives a dead owner's lock to one of many callers", async () => {
  await using state = await stateFolder();
  await state.left({});
  const asked = Array.from({ length: 8 }, (_, index) => takeLock(state.path, `run-${index}`));
  assertEquals(asked.filter(({ ok }) => ok).length, 1);
  for (const one of asked) if (one.ok) one.value.release();
  assertEquals(await Array.fromAsync(Deno.readDir(state.path)), []);
});

Deno.test("release() keeps a lock that belongs to another run now", async () => {
  await using state = await stateFolder();
  const first = must(takeLock(state.path, "first"));
  first.release();
  const second = must(takeLock(state.path, "second"));
  first.release();
  assert(await textOf(state.lock));
  second.release();
});

Deno.test("release() keeps a lock file that replaced its own", async () => {
  await using state = await stateFolder();
  const lock = must(takeLock(state.path, "first"));
  await Deno.remove(state.lock);
  const second = must(takeLock(state.path, "second"));
  lock.release();
  assertEquals(readLock(state.path)?.owner.run, "second");
  second.release();
});

Deno.test("takeLock() says so where the folder cannot be written", async () => {
  await using state = await stateFolder();
  await Deno.writeTextFile(state.path, "a file where the folder would be");
  failureOf(takeLock(state.path, "run"), "io_failed");
});

async function mayUnshare(): Promise<boolean> {
  try {
    const [program = "", ...args] = UNSHARE;
    return (await new Deno.Command(program, { args: [...args, "true"] }).output()).success;
  } catch {
    return false;
  }
}
