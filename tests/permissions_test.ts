/**
 * The parts that need permissions work with those that the binary has.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "./support/assert.ts";

const ROOT_URL = new URL("../", import.meta.url);
const ROOT = fileURLToPath(ROOT_URL);

Deno.test("a short command runs with the binary's permissions", async () => {
  assertEquals(
    await runWithPermissions(`
      const { sh } = await import("${ROOT_URL}src/exec/sh.ts");
      console.log((await sh(["echo", "a b"], { cwd: "." })).stdout.trim());
    `),
    "a b",
  );
});

Deno.test("a process that ignores TERM is ended, with its child, with the binary's permissions", async () => {
  assertEquals(
    await runWithPermissions(`
      const { startProcess } = await import("${ROOT_URL}src/exec/process.ts");
      const { processTable } = await import("${ROOT_URL}src/exec/processes.ts");
      const marks = { PAREX_TEST_MARK: crypto.randomUUID() };
      const stop = new AbortController();
      const running = startProcess({
        argv: ["sh", "-c", "trap '' TERM; sleep 60 & echo ready; wait; sleep 60"],
        cwd: ".", env: { ...Deno.env.toObject(), ...marks }, marks, graceMs: 100,
        signal: stop.signal, onStdout: () => stop.abort(),
      });
      const { by } = await running.end;
      console.log(by, processTable(marks).length);
    `),
    "abort 0",
  );
});

Deno.test("a process is told by its start with the binary's permissions", async () => {
  assertEquals(
    await runWithPermissions(`
      const { startOf } = await import("${ROOT_URL}src/exec/processes.ts");
      console.log(typeof startOf(Deno.pid));
    `),
    "string",
  );
});

Deno.test("temporary files go to /tmp where Deno keeps the binary out of TMPDIR", async () => {
  const made = await runWithPermissions(
    `
      const { makeTempFolder } = await import("${ROOT_URL}src/exec/temp.ts");
      const folder = await makeTempFolder("parex-test-");
      await Deno.remove(folder);
      console.log(folder);
    `,
    { TMPDIR: "/dev/shm" },
  );
  assertMatch(made, /^\/tmp\/parex-test-/);
});

Deno.test("a model is asked with the binary's permissions, and nobody else can be", async () => {
  const answer = JSON.stringify({
    diagnosis: "no",
    repair: { type: "retry_after", seconds: 1 },
  });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => Response.json({ content: [{ type: "text", text: answer }] }),
  );
  const ask = (url: string) =>
    runWithPermissions(`
      const { modelAdviser } = await import("${ROOT_URL}src/recovery/model.ts");
      const env = { ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: "${url}" };
      const advice = await modelAdviser("claude-haiku-5-5", env, 10_000).ask("why?");
      console.log(advice.ok ? advice.value.diagnosis : advice.failure.why);
    `);
  assertEquals(await ask(`http://127.0.0.1:${server.addr.port}`), "no");
  assertMatch(
    await ask("https://example.org"),
    /^Connection error. Requires net access to "example.org:443"/,
  );
});

/** What a module at the root prints when it has the permissions of the `parex` task. */
async function runWithPermissions(
  code: string,
  env: Record<string, string> = {},
): Promise<string> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const flags = String(tasks.parex.command).match(/--(allow|no-prompt)\S*/g) ?? [];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--config",
      join(ROOT, "deno.json"),
      ...flags,
      `data:text/javascript,${encodeURIComponent(code)}`,
    ],
    cwd: ROOT,
    env,
  }).output();
  return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
}
