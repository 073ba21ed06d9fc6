import { commitsAhead } from "../../src/git/ahead.ts";
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
