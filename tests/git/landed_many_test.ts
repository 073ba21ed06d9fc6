import { valueOf } from "../../src/domain/failed.ts";
import { landedBy } from "../../src/git/landed.ts";
import { landedBranches } from "../../src/git/landed_many.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";

Deno.test("landedBranches() agrees with landedBy() about every branch", async () => {
  await using temp = await tempRepo({ files: { "a.txt": "a\n", "b.txt": "b\n" } });
  const begin = await temp.git(["rev-parse", "main"]);
  const branch = async (name: string, from: string, files: Record<string, string>) => {
    await temp.git(["checkout", "-q", "-b", name, from]);
    for (const [path, text] of Object.entries(files)) await temp.commit(path, { [path]: text });
  };
  await branch("merged", "main", { "merged.txt": "1" });
  await branch("squashed", "main", { "one.txt": "1", "two.txt": "2" });
  await branch("rebased", "main", { "three.txt": "3", "four.txt": "4" });
  await branch("open", "main", { "open.txt": "1", "a.txt": "open\n" });
  await branch("half", "main", { "half.txt": "1", "b.txt": "half\n" });
  await branch("empty", "main", {});
  await branch("on-open", "open", { "more.txt": "1" });
  await temp.git(["checkout", "-q", "main"]);
  await temp.git(["merge", "-q", "--no-ff", "--no-edit", "merged"]);
  await temp.git(["merge", "-q", "--squash", "squashed"]);
  await temp.git(["commit", "-qm", "Squash"]);
  await temp.git(["cherry-pick", `${begin}..rebased`]);
  await temp.commit("Half", { "half.txt": "1", "a.txt": "changed since\n" });
  await branch("updated", "open", { "late.txt": "1" });
  await temp.git(["merge", "-q", "-X", "ours", "--no-edit", "main"]);
  await temp.git(["checkout", "-q", "main"]);
  const repo = await openRepository(temp.root);
  const names = ["merged", "squashed", "rebased", "open", "half", "empty", "on-open", "updated"];
  const found = await landedBranches(repo, names, ["main"]);
  for (const name of names) {
    const each = found.get(name);
    assertEquals(each && valueOf(each), await landedBy(repo, name, ["main"]), name);
  }
  assertEquals(found.get("squashed"), { ok: true, value: "squash" });
  assertEquals(found.get("rebased"), { ok: true, value: "rebase" });
  assertEquals(found.get("half"), { ok: true, value: undefined });
});
