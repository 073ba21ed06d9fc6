/** Where tasks are pushed and land, by the user's own settings of git. */
import { join } from "node:path";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { type Rig, rig } from "../support/rig.ts";

/** A bare repository that has the stage's main. */
async function remoteFor({ repo, root }: Rig, name = "origin", branch = "main"): Promise<string> {
  const remote = join(root, `../${name}.git`);
  await repo.git(["init", "-q", "--bare", remote]);
  await repo.git(["remote", "add", name, remote]);
  await repo.git(["push", "-q", name, `main:${branch}`]);
  return remote;
}

Deno.test("work on a branch that tracks another name lands on that name, on what it has by now", async () => {
  await using stage = await rig({ config: "test: none\nlint: none\n" });
  const { repo } = stage;
  await remoteFor(stage, "origin", "develop");
  await repo.git(["switch", "-q", "-c", "work"]);
  await repo.git(["branch", "-q", "--set-upstream-to=origin/develop"]);
  // Somebody else has pushed there.
  const tree = await repo.git(["rev-parse", "main^{tree}"]);
  const other = await repo.git(["commit-tree", tree, "-p", "main", "-m", "other"]);
  await repo.git(["push", "-q", "origin", `${other}:develop`]);
  await repo.git(["update-ref", "refs/remotes/origin/develop", "main"]);

  const { code, stdout, stderr } = await stage.parex(["execute", "--land", "merge"]);
  assertEquals(code, 0, stdout + stderr);
  const listed = await repo.git(["ls-remote", "--heads", "origin"]);
  const heads = new Map(
    listed.split("\n").map((line) => {
      const [sha = "", ref = ""] = line.split("\t");
      return [ref, sha];
    }),
  );
  assertEquals(heads.has("refs/heads/work"), false);
  const landed = heads.get("refs/heads/develop");
  assertEquals(await repo.git(["rev-parse", "work"]), landed);
  assertEquals(await repo.git(["rev-parse", "work^1"]), other);
});

Deno.test("a remote that does not take pushes is noticed before any agent is started", async () => {
  await using stage = await rig();
  await Deno.remove(await remoteFor(stage), { recursive: true });
  const refused = await stage.execute();
  assertEquals([refused.code, refused.failure?.reason, refused.events], [3, "remote_refused", []]);
  const kept = await stage.parex(["execute", "--no-push"]);
  assertEquals(kept.code, 0, kept.stderr);
});

Deno.test("git's settings choose one of several remotes, or the run says how to choose", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  const { repo } = stage;
  for (const name of ["mine", "theirs"]) await remoteFor(stage, name);
  const asked = await stage.parex(["execute", "--land", "pr"]);
  assertEquals(asked.code, 3);
  assertMatch(asked.stderr, /has the remotes mine, theirs, and none of them is chosen/);
  assertMatch(asked.stderr, /next: choose where to push: git config remote\.pushDefault mine/);
  await repo.git(["config", "remote.pushDefault", "theirs"]);
  assertEquals((await stage.parex(["execute", "--land", "merge"])).code, 0);
  const heads = async (name: string) => {
    const listed = await repo.git(["ls-remote", "--heads", name]);
    return listed.split("\n").map((line) => line.split("\t")[1]);
  };
  assertEquals(await heads("mine"), ["refs/heads/main"]);
  assertEquals(await heads("theirs"), [
    "refs/heads/feature/a",
    "refs/heads/feature/b",
    "refs/heads/main",
  ]);
});

Deno.test("where a remote has a branch called feature, branch-prefix names the tasks' branches", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] } },
    config: "test: none\nlint: none\n",
  });
  const { repo } = stage;
  await remoteFor(stage);
  await repo.git(["push", "-q", "origin", "main:feature"]);
  const refused = await stage.parex(["execute"]);
  assertEquals(refused.code, 3);
  assertMatch(refused.stderr, /origin has a branch feature, so git cannot push feature\/b there/);
  assertMatch(refused.stderr, /next: .*in \.parallel\/config\.yaml: branch-prefix: tasks\/\n/);

  await repo.commit("Name branches", {
    ".parallel/config.yaml": "test: none\nlint: none\nbranch-prefix: tasks/\n",
  });
  const { code, stdout, stderr } = await stage.parex(["execute", "--land", "none"]);
  assertEquals(code, 0, stdout + stderr);
  const listed = await repo.git(["for-each-ref", "--format=%(refname)", "refs/heads"]);
  assertEquals(listed.split("\n"), ["refs/heads/main", "refs/heads/tasks/a", "refs/heads/tasks/b"]);
  assertEquals(await repo.git(["log", "--format=%s", "main..tasks/b"]), "feat: b\nfeat: a");
  const { tasks } = JSON.parse((await stage.parex(["status", "--json"])).stdout);
  assertEquals([tasks[1].branch, tasks[1].ahead], ["tasks/b", 1]);
  assertMatch((await stage.parex(["diff", "b"])).stdout, /^\+by b$/m);
  assertEquals((await stage.parex(["merge"])).code, 0);
  const cleaned = await stage.parex(["cleanup", "--yes"]);
  assertEquals(cleaned.code, 0, cleaned.stderr);
  assertEquals(
    await repo.git(["for-each-ref", "--format=%(refname)", "refs/heads"]),
    "refs/heads/main",
  );
});
