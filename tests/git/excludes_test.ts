import { join } from "node:path";
import fc from "fast-check";
import {
  addExcludes,
  createExcludes,
  excludeLocally,
  untracked,
  userExcludes,
} from "../../src/git/excludes.ts";
import { configEnv } from "../../src/git/config_env.ts";
import { Git } from "../../src/git/git.ts";
import { commitAll } from "../../src/git/commit.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo, textOf } from "../support/repo.ts";

Deno.test("a list of local excludes keeps files out of every commit in the worktree", async () => {
  await using temp = await tempRepo();
  const file = join(temp.root, ".git/parex-excludes");
  await createExcludes(file, await userExcludes(temp.at));
  await temp.write({ ".env": "secret", "node_modules/x/y.js": "y", "a.txt": "a", "sub/.env": "b" });
  await addExcludes(file, [".env", "node_modules/"]);
  const at = new Git(temp.root, { config: { "core.excludesFile": file } });
  assertEquals(await untracked(at), ["a.txt", "sub/"]);
  await commitAll(at, "m", { exclude: [] });
  assertEquals(await temp.git(["ls-files"]), "README.md\na.txt\nsub/.env");
});

Deno.test("createExcludes() begins with the user's own list, and keeps one that was begun", async () => {
  await using temp = await tempRepo();
  const file = join(temp.root, ".git/deep/parex-excludes");
  await Deno.writeTextFile(join(temp.root, ".git/mine"), "*.swp");
  await temp.git(["config", "core.excludesFile", join(temp.root, ".git/mine")]);
  await createExcludes(file, await userExcludes(temp.at));
  assertEquals(await addExcludes(file, ["a", "b\nc", "a"]), { skipped: ["b\nc"] });
  await addExcludes(file, ["a"]);
  await createExcludes(file, await userExcludes(temp.at));
  assertEquals(await textOf(file), "*.swp\n/a\n");
});

Deno.test("configEnv() adds to the settings that the environment has already", () => {
  const env = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "a.b", GIT_CONFIG_VALUE_0: "c" };
  assertEquals(configEnv({ "core.excludesFile": "/f" }, env), {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_1: "core.excludesFile",
    GIT_CONFIG_VALUE_1: "/f",
  });
});

Deno.test("addExcludes() writes patterns that mean each path and no other one", async () => {
  await using temp = await tempRepo();
  const file = join(temp.root, ".git/parex-excludes");
  const name = fc.string({
    unit: fc.constantFrom(..."ab*?[]\\!# \t-.~{}'\"$ü"),
    minLength: 1,
    maxLength: 6,
  }).filter((text) => !/^\.*$/.test(text));
  const check = fc.asyncProperty(
    fc.uniqueArray(name, { maxLength: 12, minLength: 2 }),
    async (names) => {
      const [excluded, others] = [names.slice(1), names.slice(0, 1)];
      await Deno.writeTextFile(file, "");
      await addExcludes(file, excluded);
      const args = ["check-ignore", "--stdin", "-z", "--no-index"];
      const input = [...excluded, ...others].join("\0");
      const at = new Git(temp.root, { config: { "core.excludesFile": file } });
      const { stdout } = await at.result(args, { input });
      assertEquals(stdout.split("\0").slice(0, -1), excluded);
    },
  );
  await fc.assert(check, { numRuns: 40 });
});

Deno.test("excludeLocally() adds one line, once, and keeps every other byte", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  const file = join(temp.root, ".git/info/exclude");
  await Deno.writeTextFile(file, "# mine\r\n*.log");
  await excludeLocally(repo, "/worktrees/");
  await excludeLocally(repo, "/worktrees/");
  assertEquals(await textOf(file), "# mine\r\n*.log\n/worktrees/\n");
});

Deno.test("excludeLocally() makes the file, and git keeps worktrees out of the tree", async () => {
  await using temp = await tempRepo();
  const repo = await openRepository(temp.root);
  await Deno.remove(join(temp.root, ".git/info"), { recursive: true });
  await excludeLocally(repo, "/worktrees/");
  await temp.git(["worktree", "add", "-q", join(temp.root, "worktrees/task-1")]);
  await temp.write({ "src/worktrees/kept.txt": "not ours" });
  await temp.git(["add", "-A"]);
  assertEquals(await temp.git(["status", "--porcelain"]), "A  src/worktrees/kept.txt");
});
