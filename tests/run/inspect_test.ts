/** XState's inspector, attached to a real run. */
import { join } from "node:path";
import { assert, assertEquals } from "../support/assert.ts";
import { textOf } from "../support/repo.ts";
import { rig } from "../support/rig.ts";

Deno.test("PAREX_INSPECT writes what the machines of a run do, without secrets", async () => {
  const secret = "hunter2-of-the-test";
  await using stage = await rig({
    files: { ".gitignore": ".env\n" },
    agent: { a: `echo "the password is ${secret}"; exit 1` },
  });
  await stage.repo.write({ ".env": `API_TOKEN=${secret}\n` });
  const file = join(stage.home, "inspected.ndjson");
  const { code, stderr } = await stage.parex(["execute", "--attempts", "1"], {
    env: { PAREX_INSPECT: file },
  });
  assertEquals(code, 1, stderr);
  const text = await textOf(file) ?? "";
  const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  const states = (id: string) =>
    lines.filter(({ actor, state }) => state !== undefined && actor.includes(id))
      .map(({ state }) => JSON.stringify(state));
  assert(states("task.a").includes('{"in_progress":"working"}'), text);
  assertEquals(states("task.a").at(-1), '"settled"');
  assert(!text.includes(secret), "the secret is in the file");
});

Deno.test("a file that PAREX_INSPECT names and that cannot be written refuses the run", async () => {
  await using stage = await rig();
  const { code, stderr } = await stage.parex(["execute"], {
    env: { PAREX_INSPECT: join(stage.home, "no/such/folder/file") },
  });
  assertEquals(code, 3);
  assert(stderr.includes("no/such/folder/file"), stderr);
});
