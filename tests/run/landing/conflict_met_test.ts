import { assert, assertEquals } from "../../support/assert.ts";
import { queueRig } from "../../support/queue.ts";
import { eventsOf } from "../../support/rig.ts";

const LINES = Array.from({ length: 60 }, (_, at) => `line ${at}`);
const withLine = (at: number, text: string) =>
  LINES.map((line, index) => index === at ? text : line).join("\n") + "\n";

Deno.test("a conflict names the tasks whose lines meet, and no other that changed the file", async () => {
  await using at = await queueRig({
    tasks: ["a", "b", "c"],
    config: "test: none\nlint: none\n",
    files: { list: `${LINES.join("\n")}\n` },
  });
  await at.branch("a", { list: withLine(1, "by a") });
  await at.branch("b", { list: withLine(50, "by b") });
  await at.branch("c", { list: withLine(50, "by c") });
  // Then git's own diffs have both changes in one hunk.
  await at.stage.repo.git(["config", "diff.interHunkContext", "60"]);
  assertEquals(await at.land("a"), { kind: "landed" });
  assertEquals(await at.land("b"), { kind: "landed" });
  const landing = await at.land("c");
  assert(landing.kind === "refused" && landing.failure.reason === "merge_conflict");
  assertEquals(landing.failure.between, ["b", "c"]);
  const [met] = eventsOf(at.events, "conflict.met");
  assertEquals(met?.said, ["CONFLICT (content): Merge conflict in list"]);
});
