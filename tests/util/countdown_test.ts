import { countdown } from "../../src/util/countdown.ts";
import { assert, assertEquals } from "../support/assert.ts";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("a countdown calls back once when its time is over", async () => {
  let calls = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  countdown(20, () => {
    calls++;
    resolve();
  });
  await promise;
  await pause(60);
  assertEquals(calls, 1);
});

Deno.test("a countdown that is restarted in time, or stopped, does not call back", async () => {
  let calls = 0;
  const watched = countdown(200, () => calls++);
  for (let turn = 0; turn < 10; turn++) {
    await pause(30);
    watched.restart();
  }
  watched.stop();
  await pause(300);
  assertEquals(calls, 0);
});

Deno.test("a countdown does not count the time in which the process was stopped", async () => {
  const program = `
    import { countdown } from ${JSON.stringify(import.meta.resolve("../../src/util/countdown.ts"))};
    console.log("begun");
    countdown(4_000, () => console.log("over"));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    stdout: "piped",
    stdin: "null",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, "begun\n");
  child.kill("SIGSTOP");
  await pause(5_000);
  child.kill("SIGCONT");
  const goneOn = performance.now();
  assertEquals((await reader.read()).value, "over\n");
  const took = performance.now() - goneOn;
  assert(took > 1_000, `over ${took} ms after it went on, with 4 s to go but for one step`);
  await reader.cancel();
  await child.status;
});
