import { landedBy } from "../../src/git/landed.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";

/** A repository whose branch `topic` has two commits, and `main` has a newer commit. */
async function withTopic(): Promise<TempRepo> {
  const temp = await tempRepo({ files: { "a.txt": "a\n", "b.txt": "b\n" } });
  await temp.git(["checkout", "-q", "-b", "topic"]);
  await temp.commit("First", { "a.txt": "a\nfirst\n" });
  await temp.commit("Second", { "new.txt": "second\n" });
  await temp.git(["checkout", "-q", "main"]);
  return temp;
}

async function landed(temp: TempRepo, ...bases: string[]) {
  const repo = await openRepository(temp.root);
  return await landedBy(repo, "topic", bases.length === 0 ? ["main"] : bases);
}

Deno.test("landedBy() knows a branch that was merged", async () => {
  await using temp = await withTopic();
  assertEquals(await landed(temp), undefined);
  await temp.git(["merge", "-q", "--no-ff", "--no-edit", "topic"]);
  await temp.commit("Later", { "a.txt": "changed since\n" });
  assertEquals(await landed(temp), "merge");
});

Deno.test("landedBy() knows a branch that was rebased, commit by commit", async () => {
  await using temp = await withTopic();
  await temp.commit("Meanwhile", { "b.txt": "meanwhile\n" });
  await temp.git(["cherry-pick", "main..topic"]);
  await temp.commit("Later", { "a.txt": "changed since\n" });
  assertEquals(await landed(temp), "rebase");
});

Deno.test("landedBy() knows a squash by its patch, after others and whatever came later", async () => {
  await using temp = await withTopic();
  await temp.commit("Meanwhile", { "b.txt": "meanwhile\n" });
  await temp.git(["merge", "-q", "--squash", "topic"]);
  await temp.commit("Topic (#1)");
  await temp.commit("Later", { "a.txt": "changed since\n" });
  assertEquals(await landed(temp), "squash");
});

Deno.test("landedBy() knows a branch by its tree when it came in other pieces", async () => {
  await using temp = await withTopic();
  await temp.commit("One half", { "a.txt": "a\nfir" });
  await temp.commit("Other half", { "a.txt": "a\nfirst\n", "new.txt": "second\n" });
  await temp.commit("Later", { "a.txt": "changed since\n" });
  assertEquals(await landed(temp), "tree");
});

Deno.test("landedBy() knows a branch by what merging it would add: nothing", async () => {
  await using temp = await withTopic();
  await temp.commit("Some, and more", { "a.txt": "a\nfirst\n", "b.txt": "meanwhile\n" });
  await temp.commit("The rest", { "new.txt": "second\n" });
  assertEquals(await landed(temp), "tree");
});

Deno.test("landedBy() does not take a part for the whole", async () => {
  await using temp = await withTopic();
  await temp.git(["cherry-pick", "topic~1"]);
  assertEquals(await landed(temp), undefined);
  await temp.git(["checkout", "-q", "topic"]);
  await temp.commit("After the merge", { "new.txt": "third\n" });
  assertEquals(await landed(temp), undefined);
});

Deno.test("landedBy() looks at every base, and not at other histories", async () => {
  await using temp = await withTopic();
  await temp.git(["branch", "copy", "topic"]);
  assertEquals(await landed(temp, "main", "copy"), "merge");
  await temp.git(["checkout", "-q", "--orphan", "unrelated"]);
  await temp.commit("Begin again");
  assertEquals(await landed(temp, "unrelated"), undefined);
});
