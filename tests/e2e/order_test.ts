import { assertEquals } from "../support/assert.ts";
import { rig } from "../support/rig.ts";

Deno.test("a dependent task starts from a tree that has its dependencies' work in it", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {}, c: { after: ["a", "b"] } },
    agent: { c: "cat a.txt b.txt > c.txt; git add c.txt; git commit -qm 'feat: c'" },
  });
  const run = await stage.execute();
  assertEquals(run.code, 0);
  assertEquals(await stage.repo.git(["show", "feature/c:c.txt"]), "by a\nby b");
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "completed" });
  assertEquals(await stage.left(), []);
});
