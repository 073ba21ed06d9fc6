import { runningPrograms } from "../../src/exec/programs.ts";
import { assert, assertEquals } from "../support/assert.ts";

Deno.test("runningPrograms() returns a program's folder, command line and start", async () => {
  const cwd = await Deno.realPath(await Deno.makeTempDir());
  const child = new Deno.Command("sleep", { args: ["61"], cwd }).spawn();
  try {
    // The program takes the place of the process that starts it only after that has returned.
    const mine = await until(async () =>
      (await runningPrograms("slee"))?.find(({ pid }) => pid === child.pid)
    );
    assert(mine.command.endsWith("sleep 61"), mine.command);
    if (Deno.build.os === "linux") assertEquals(mine.cwd, cwd);
    assert(mine.ageMs >= -1000 && mine.ageMs < 600_000, `${mine.ageMs}`);
  } finally {
    child.kill();
    await child.status;
    await Deno.remove(cwd);
  }
});

Deno.test("runningPrograms() lists no other program, and none that has ended", async () => {
  const child = new Deno.Command("sleep", { args: ["61"] }).spawn();
  child.kill();
  await child.status;
  const found = await runningPrograms("sleep");
  assertEquals(found?.filter(({ pid, command }) => pid === child.pid || /deno/.test(command)), []);
});

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
  }
}
