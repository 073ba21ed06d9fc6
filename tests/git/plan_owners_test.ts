import { join } from "node:path";
import { planKeyOf } from "../../src/domain/names.ts";
import { forgetOwner, planOwners, recordOwner } from "../../src/git/plan_owners.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";

const configOf = (root: string) => Deno.readTextFile(join(root, ".git/config"));

Deno.test("recordOwner() and forgetOwner() leave git's config as they found it", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  const before = await configOf(temp.root);
  for (const branch of ["feature/a", 'feature/q"uote', "feature/ü"]) {
    await recordOwner(repo, branch, "plan-1");
    assertEquals(await temp.git(["config", planKeyOf(branch)]), "plan-1");
  }
  await recordOwner(repo, "feature/a", "plan-1");
  assertEquals([...await planOwners(repo)].length, 3);
  for (const branch of ['feature/q"uote', "feature/a", "feature/ü"]) {
    await forgetOwner(repo, branch);
  }
  await forgetOwner(repo, "feature/a");
  assertEquals(await configOf(temp.root), before);
});

Deno.test("recordOwner() replaces another plan, and keeps what else the section holds", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  await temp.git(["config", "branch.feature/a.merge", "refs/heads/main"]);
  await recordOwner(repo, "feature/a", "plan-1");
  await recordOwner(repo, "feature/a", "plan-2");
  assertEquals(await temp.git(["config", "--get-all", planKeyOf("feature/a")]), "plan-2");
  assertEquals(await temp.git(["config", "branch.feature/a.merge"]), "refs/heads/main");
});

Deno.test("forgetOwner() removes the whole section of a deleted branch", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  await recordOwner(repo, "feature/a", "plan-1");
  await temp.git(["config", "branch.feature/a.remote", "origin"]);
  await recordOwner(repo, "feature/b", "plan-1");
  await forgetOwner(repo, "feature/a");
  assertEquals(
    await temp.git(["config", "--get-regexp", "^branch"]),
    "branch.feature/b.parex-plan plan-1",
  );
});

Deno.test("recordOwner() adds to a file whose last line has no end", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  const path = join(temp.root, ".git/config");
  await Deno.writeTextFile(path, (await configOf(temp.root)) + "[x]\n\ty = z");
  await recordOwner(repo, "feature/a", "plan-1");
  assertEquals(await temp.git(["config", "x.y"]), "z");
  assertEquals(await temp.git(["config", planKeyOf("feature/a")]), "plan-1");
});

Deno.test("recordOwner() waits for another git that is writing the config", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  const lock = join(temp.root, ".git/config.lock");
  await Deno.writeTextFile(lock, "");
  const recorded = recordOwner(repo, "feature/a", "plan-1");
  assertEquals((await planOwners(repo)).size, 0);
  await Deno.remove(lock);
  await recorded;
  assertEquals((await planOwners(repo)).get("feature/a"), "plan-1");
});
