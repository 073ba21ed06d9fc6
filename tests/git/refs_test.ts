import { join } from "node:path";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";

/** What git itself reports. */
async function asGit(temp: TempRepo): Promise<string> {
  return await temp.git(["for-each-ref", "--format=%(refname) %(objectname) %(symref)"]);
}

async function asRead(temp: TempRepo): Promise<string> {
  const refs = await (await openRepository(temp.root)).refs.all();
  return [...refs].map(([name, { sha, symbolic = "" }]) => `${name} ${sha} ${symbolic}`).join("\n");
}

Deno.test("refs are those that git reports, loose, packed and symbolic", async () => {
  await using temp = await tempRepo();
  await temp.git(["branch", "feature/a"]);
  await temp.git(["branch", "packed"]);
  await temp.git(["tag", "-a", "-m", "one", "v1"]);
  await temp.git(["pack-refs", "--all"]);
  await temp.commit("More");
  await temp.git(["branch", "-f", "packed"]);
  await temp.git(["branch", "feature/a-b"]);
  await temp.git(["update-ref", "refs/remotes/origin/main", "HEAD"]);
  await temp.git(["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
  await Deno.writeTextFile(join(temp.root, ".git/refs/heads/half.lock"), "");
  assertEquals(
    (await asRead(temp)).split("\n").map((line) => line.trim()).join("\n"),
    (await asGit(temp)).split("\n").map((line) => line.trim()).join("\n"),
  );
});

Deno.test("refs are read again when they change, also where an agent writes into their files", async () => {
  await using temp = await tempRepo();
  const first = await temp.git(["rev-parse", "HEAD"]);
  const second = await temp.commit("More");
  await temp.git(["branch", "work", first]);
  const { refs } = await openRepository(temp.root);
  assertEquals(await refs.sha("refs/heads/work"), first);
  await temp.git(["update-ref", "refs/heads/work", second]);
  assertEquals(await refs.sha("refs/heads/work"), second);
  await temp.git(["pack-refs", "--all"]);
  assertEquals(await refs.sha("refs/heads/work"), second);
  await Deno.writeTextFile(join(temp.root, ".git/refs/heads/work"), "ref: refs/heads/main\n");
  assertEquals((await refs.all()).get("refs/heads/work"), {
    sha: second,
    symbolic: "refs/heads/main",
  });
  await temp.git(["branch", "-D", "work"]);
  assertEquals(await refs.sha("refs/heads/work"), undefined);
  assertEquals([...(await refs.heads()).keys()], ["main"]);
});

Deno.test("a ref whose name begins with another one's is not that one", async () => {
  await using temp = await tempRepo();
  await temp.git(["branch", "feature/task-1"]);
  const { refs } = await openRepository(temp.root);
  assertEquals(await refs.sha("refs/heads/feature"), undefined);
  assertEquals(await refs.sha("refs/heads/feature/task"), undefined);
});
