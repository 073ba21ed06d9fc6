import { baseRefs, remotesOf } from "../../src/git/remotes.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";

async function withRemotes(...names: string[]) {
  const temp = await tempRepo();
  for (const name of names) await temp.git(["remote", "add", name, `/nowhere/${name}`]);
  const repo = await openRepository(temp.root);
  return {
    config: (key: string, value: string) => temp.git(["config", key, value]),
    remotes: (base = "main") => remotesOf(repo, base),
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  };
}

Deno.test("remotesOf() takes the base's remote, else origin, else the only one", async () => {
  const pushedTo = async (names: string[], config: Record<string, string> = {}) => {
    await using at = await withRemotes(...names);
    for (const [key, value] of Object.entries(config)) await at.config(key, value);
    return (await at.remotes()).push;
  };
  assertEquals(await pushedTo([]), undefined);
  assertEquals(await pushedTo(["fork"]), "fork");
  assertEquals(await pushedTo(["fork", "upstream"]), undefined);
  assertEquals(await pushedTo(["fork", "upstream"], { "checkout.defaultRemote": "fork" }), "fork");
  assertEquals(await pushedTo(["fork", "upstream"], { "branch.main.remote": "fork" }), "fork");
  assertEquals(await pushedTo(["origin", "fork"]), "origin");
  assertEquals(await pushedTo(["origin", "fork"], { "branch.main.remote": "." }), "origin");
  assertEquals(await pushedTo(["origin", "fork"], { "branch.main.remote": "gone" }), "origin");
});

Deno.test("remotesOf() pushes where git would: to a fork, and pull requests go to what is tracked", async () => {
  await using at = await withRemotes("upstream", "origin", "mine");
  await at.config("branch.main.remote", "upstream");
  await at.config("branch.main.merge", "refs/heads/trunk");
  const there = { remote: "upstream", branch: "trunk" };
  const all = ["upstream", "origin", "mine"];
  assertEquals(await at.remotes(), { push: "upstream", base: "trunk", into: there, all });
  await at.config("remote.pushDefault", "origin");
  assertEquals(await at.remotes(), { push: "origin", base: "main", into: there, all });
  await at.config("branch.main.pushRemote", "mine");
  const remotes = await at.remotes();
  assertEquals(remotes, { push: "mine", base: "main", into: there, all });
  assertEquals(baseRefs("main", remotes), [
    "refs/heads/main",
    "refs/remotes/mine/main",
    "refs/remotes/upstream/trunk",
  ]);
});

Deno.test("remotesOf() opens pull requests where gh has been told to", async () => {
  await using at = await withRemotes("origin", "upstream");
  await at.config("branch.main.remote", "origin");
  await at.config("remote.upstream.gh-resolved", "base");
  const { push, into } = await at.remotes();
  assertEquals([push, into], ["origin", { remote: "upstream", branch: "main" }]);
});
