import { join } from "node:path";
import { openRepository } from "../../../src/git/repository.ts";
import { recordOwner } from "../../../src/git/plan_owners.ts";
import { readLeftovers } from "../../../src/run/maintenance/cleanup_facts.ts";
import { assertEquals } from "../../support/assert.ts";
import { taskOf } from "../../support/plans.ts";
import { type TempRepo, tempRepo, writeFiles } from "../../support/repo.ts";
import { failureFrom } from "../../support/result.ts";

/** A repository with a completed task whose worktree has one commit. */
async function withTask(): Promise<{ temp: TempRepo; worktree: string }> {
  const temp = await tempRepo();
  await recordOwner(await openRepository(temp.root), "feature/a", "plan-1");
  const worktree = join(temp.root, "worktrees/a");
  await temp.git(["worktree", "add", "-q", "-b", "feature/a", worktree]);
  await writeFiles(worktree, { "a.txt": "a\n" });
  await temp.git(["add", "-A"], worktree);
  await temp.git(["commit", "-qm", "a"], worktree);
  return { temp, worktree };
}

async function leftovers(
  { root }: TempRepo,
  mergedHead: () => Promise<string | undefined> = () => Promise.resolve(undefined),
) {
  const plan = { identity: "plan-1", tasks: [{ ...taskOf("a"), status: "completed" as const }] };
  const repo = await openRepository(root);
  const remotes = { push: "origin", base: "main", all: ["origin"] };
  return await readLeftovers({ repo, plan, base: "main", remotes, cwd: root, mergedHead });
}

Deno.test("readLeftovers() counts a merged pull request as landed if it contained the whole branch", async () => {
  const { temp, worktree } = await withTask();
  await using _ = temp;
  const tip = await temp.git(["rev-parse", "feature/a"]);
  const asked = (head?: string) => leftovers(temp, () => Promise.resolve(head));
  assertEquals((await asked())[0]?.landed, undefined);
  assertEquals((await asked(tip))[0]?.landed, "pr");
  assertEquals((await asked("1".repeat(40)))[0]?.landed, undefined, "it is not known here");
  await temp.git(["commit", "-q", "--allow-empty", "-m", "later"], worktree);
  await writeFiles(worktree, { "a.txt": "later\n" });
  await temp.git(["commit", "-qam", "after the merge"], worktree);
  assertEquals((await asked(tip))[0]?.landed, undefined);
});

Deno.test("readLeftovers() also looks at the remote's base", async () => {
  const { temp } = await withTask();
  await using _ = temp;
  await temp.git(["update-ref", "refs/remotes/origin/main", "feature/a"]);
  assertEquals((await leftovers(temp))[0]?.landed, "merge");
});

Deno.test("readLeftovers() returns the content of this plan's worktrees only", async () => {
  const { temp, worktree } = await withTask();
  await using _ = temp;
  await temp.git(["branch", "feature/b"]);
  await temp.git(["config", "branch.feature/b.parex-plan", "another plan"]);
  await writeFiles(worktree, { ".gitignore": "*.log\n", "x.log": "x", "new.txt": "new" });
  await temp.git(["checkout", "-q", "--detach"], worktree);
  const [facts, ...others] = await leftovers(temp);
  assertEquals(others, []);
  const { changed, ignored, strayed } = facts?.worktree ?? {};
  assertEquals({ changed, ignored, strayed }, { changed: 2, ignored: 1, strayed: true });
  await Deno.remove(worktree, { recursive: true });
  const [gone] = await leftovers(temp);
  assertEquals(gone?.worktree?.missing, await temp.git(["rev-parse", "feature/a"]));
});

Deno.test("readLeftovers() fails without a base", async () => {
  const { temp } = await withTask();
  await using _ = temp;
  await temp.git(["checkout", "-q", "-b", "other"]);
  await temp.git(["branch", "-qD", "main"]);
  await failureFrom(leftovers(temp), "base_missing");
});
