import { join } from "node:path";
import { assertEquals } from "../../support/assert.ts";
import { queueRig } from "../../support/queue.ts";

/** Lands one task that main has left behind; returns the message, and how often the hook ran. */
async function landed(config: string): Promise<[subject: string, ran: number]> {
  await using at = await queueRig({ tasks: ["a"], config: `test: none\nlint: none\n${config}` });
  const { stage } = at;
  await at.branch("a", { "a.txt": "a\n" });
  await stage.repo.commit("Go on", { "other.txt": "other\n" });
  const hook = join(stage.root, ".git/hooks/commit-msg");
  const ran = join(stage.home, "ran");
  await Deno.writeTextFile(hook, `#!/bin/sh\necho ran >> '${ran}'\n`, { mode: 0o755 });
  await Deno.writeTextFile(ran, "");
  assertEquals(await at.land("a"), { kind: "landed" });
  await at.close();
  const subject = await stage.repo.git(["log", "-1", "--format=%s", "main"]);
  return [subject, (await Deno.readTextFile(ran)).split("\n").length - 1];
}

Deno.test("merges run no hook, unless merge-hooks wants them", async () => {
  const template = `merge-message: "chore: land {task}"\n`;
  assertEquals(await landed(template), ["chore: land a", 0]);
  assertEquals(await landed(`${template}merge-hooks: true\n`), ["chore: land a", 1]);
});
