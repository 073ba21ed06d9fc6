import { assertEquals } from "../../support/assert.ts";
import { queueRig } from "../../support/queue.ts";
import { eventsOf } from "../../support/rig.ts";

Deno.test("a red merge is blamed only after setup has run on its tree, whatever file setup reads", async () => {
  await using at = await queueRig({
    tasks: ["a", "b"],
    // parex's list of setup files has none of these.
    config: `setup: ls needs > installed
test: for need in $(ls needs); do grep -qx $need installed || exit 1; done
check-jobs: 1
`,
    files: { "needs/one": "", ".gitignore": "installed\n" },
  });
  await at.branch("a", { "needs/two": "" });
  await at.branch("b", { "needs/three": "" });
  assertEquals(await at.land("a"), { kind: "landed" });
  assertEquals(await at.land("b"), { kind: "landed" });
  const ran = eventsOf(at.events, "checks.finished").map(({ name, exit_code }) =>
    `${name} ${exit_code}`
  );
  assertEquals(ran, ["setup 0", "test 0", "test 1", "setup 0", "test 0"]);
});
