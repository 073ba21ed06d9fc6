import { commitsAhead, commitsMerged } from "../../src/git/ahead.ts";
import { ownCommits } from "../../src/git/commit.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";

Deno.test("commitsAhead() counts what ownCommits() lists: no merges, no empty commits, no others' work", async () => {
  await using temp = await tempRepo();
  await temp.git(["checkout", "-q", "-b", "a"]);
  await temp.commit("One", { "a.txt": "1" });
  await temp.commit("Two", { "a.txt": "2" });
  await temp.git(["checkout", "-q", "-b", "b"]);
  await temp.commit("Three", { "b.txt": "3" });
  await temp.git(["commit", "-q", "--allow-empty", "-m", "Empty"]);
  await temp.git(["checkout", "-q", "main"]);
  await temp.commit("Base", { "base.txt": "base" });
  await temp.git(["checkout", "-q", "-b", "c", "b"]);
  await temp.git(["merge", "-q", "--no-edit", "main"]);
  await temp.git(["checkout", "-q", "a"]);
  await temp.commit("Later", { "a.txt": "4" });
  const repo = await openRepository(temp.root);
  const questions = [
    { branch: "a", notFrom: [] },
    { branch: "b", notFrom: ["a"] },
    { branch: "c", notFrom: [] },
    { branch: "main", notFrom: [] },
  ];
  const counted = await commitsAhead(repo, "main", questions);
  assertEquals(Object.fromEntries(counted), { a: 3, b: 1, c: 3, main: 0 });
  for (const { branch, notFrom } of questions) {
    const own = await ownCommits(repo, branch, ["main", ...notFrom]);
    assertEquals(counted.get(branch), own.length, branch);
  }
});

Deno.test("commitsMerged() counts what each merge brought, and none of what somebody committed on the base between", async () => {
  await using sample = await tempRepo({ files: { "a.txt": "a\n" } });
  const merges: string[] = [];
  for (const [name, count] of [["one", 1], ["two", 3]] as const) {
    await sample.git(["checkout", "-q", "-b", name, "main"]);
    for (let at = 0; at < count; at++) {
      await sample.commit(`${name} ${at}`, { [`${name}${at}`]: "" });
    }
    await sample.git(["checkout", "-q", "main"]);
    await sample.commit(`on main before ${name}`, { [`main-${name}`]: "" });
    await sample.git(["merge", "-q", "--no-ff", "-m", `Merge ${name}`, name]);
    merges.push((await sample.git(["rev-parse", "HEAD"])).trim());
  }
  const counts = await commitsMerged(await openRepository(sample.root), merges);
  assertEquals(merges.map((merge) => counts.get(merge)), [1, 3]);
});
