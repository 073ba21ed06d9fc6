import { assertEquals, assertMatch } from "../support/assert.ts";
import { rig } from "../support/rig.ts";

Deno.test("a copied .env that an agent forces into a commit is neither merged nor pushed", async () => {
  await using stage = await rig({
    files: { ".gitignore": ".env\n" },
    agent: { a: 'echo a > a.txt; git add -f .env a.txt; git commit -qm "feat: a"' },
  });
  await Deno.writeTextFile(`${stage.root}/.env`, "TOKEN=secret\n");
  const before = await stage.repo.git(["rev-parse", "main"]);
  const { code, stdout } = await stage.parex(["execute", "--land", "merge"]);
  assertEquals(code, 1, stdout);
  assertMatch(stdout, /hold files that parex copied from your checkout: \.env[^]*git reset --soft/);
  assertEquals(await stage.repo.git(["rev-parse", "main"]), before);
});

Deno.test("parex merge does not merge a copied file that somebody has committed since", async () => {
  await using stage = await rig({ files: { ".gitignore": ".env\n" } });
  await Deno.writeTextFile(`${stage.root}/.env`, "TOKEN=secret\n");
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  const worktree = stage.worktree("a");
  await stage.repo.git(["add", "-f", ".env"], worktree);
  await stage.repo.git(["commit", "-qm", "oops"], worktree);
  const before = await stage.repo.git(["rev-parse", "main"]);
  const { code, stdout } = await stage.parex(["merge"]);
  assertEquals(code, 1, stdout);
  assertMatch(stdout, /hold files that parex copied from your checkout: \.env/);
  assertEquals(await stage.repo.git(["rev-parse", "main"]), before);
});
