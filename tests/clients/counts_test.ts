/** The clients that report all they use, in stories that nobody wrote. */
import fc from "fast-check";
import { hang, text } from "../support/models/script.ts";
import { findClient } from "../support/models/clients.ts";
import { needs } from "../support/needs.ts";
import { assertEquals } from "../support/assert.ts";
import { makes } from "./cases.ts";
import { type ClientId, stageOf } from "./client.ts";
import { countsAsServed } from "./counts.ts";

/** What cuts the work in two: a check that fails, `kill -9` of parex, or Ctrl-C. */
type Trouble = "repair" | "kill" | "stop";

async function play(client: ClientId, story: Trouble[]): Promise<void> {
  const script = story.flatMap((trouble, at) => [
    makes(`part${at}`),
    trouble === "repair" ? text(`Part ${at}.`) : hang(),
  ]);
  await using on = await stageOf(client, [...script, makes("last"), text("All done.")], {
    config: "test: test ! -e part0.txt || test -e last.txt\n",
  });
  let run = on.start("execute", "--attempts", "9");
  for (const [at, trouble] of story.entries()) {
    if (trouble === "repair") continue;
    await on.asked(2 * at + 2);
    run.signal(trouble === "kill" ? "SIGKILL" : "SIGINT");
    await run.ended;
    run = on.start("resume");
  }
  const { code, stdout, stderr } = await run.ended;
  assertEquals(code, 0, stdout + stderr);
  assertEquals((await on.rig.subjectsOf("a")).length, story.length + 1);
  await countsAsServed(on, client);
}

const stories = fc.array(fc.constantFrom<Trouble>("repair", "kill", "stop"), {
  minLength: 2,
  maxLength: 3,
});

for (const client of ["claude", "codex", "opencode", "pi"] as const) {
  Deno.test({
    name: `${client} counts as the API did, over repairs, kills and stops in any order`,
    ...needs(client, findClient(client)),
    fn: () => fc.assert(fc.asyncProperty(stories, (story) => play(client, story)), { numRuns: 2 }),
  });
}
