import { loadPlan } from "../../src/plan/load.ts";
import { node, script, started, status } from "../report/sample_run.ts";
import { assert, assertEquals } from "../support/assert.ts";
import type { TempRepo } from "../support/repo.ts";
import { must } from "../support/result.ts";
import { repoWithPlan, RUN, runIn, writeJournal } from "./journaled.ts";

/** A branch and worktree of the plan, as a run makes them. */
async function beginTask(repo: TempRepo, id: string): Promise<void> {
  const { identity } = must(await loadPlan(`${repo.root}/.parallel/plans/plan.yaml`));
  const branch = `feature/${id}`;
  await repo.git(["worktree", "add", "-q", "-b", branch, `worktrees/${id}`]);
  await repo.git(["config", `branch.${branch}.parex-plan`, identity]);
}

Deno.test("status shows a plan that was never run", async () => {
  await using repo = await repoWithPlan();
  const { stdout } = await runIn(repo, "status");
  assert(stdout.startsWith("word-count: 0 of 2 tasks completed, 2 waiting\nnot run yet\n"), stdout);
});

Deno.test("status shows own commits, uncommitted changes, and the next command", async () => {
  await using repo = await repoWithPlan();
  const plan = must(await loadPlan(`${repo.root}/.parallel/plans/plan.yaml`));
  const { name, path, identity } = plan;
  await beginTask(repo, "task-0");
  const worktree = `${repo.root}/worktrees/task-0`;
  await repo.write({ "worktrees/task-0/work.txt": "" });
  await repo.git(["add", "work.txt"], worktree);
  await repo.git(["commit", "-q", "-m", "Work"], worktree);
  await repo.write({ "worktrees/task-0/unfinished.txt": "" });
  writeJournal(
    repo,
    script(
      [0, started([node("task-0", "Set up")], { plan: { name, path, identity } })],
      [0, status("task-0", "pending", "in_progress")],
    ),
  );
  const said = JSON.parse((await runIn(repo, "status", "--json")).stdout);
  assertEquals(said.run, { id: RUN, state: "interrupted" });
  assertEquals(said.plan, { name: "word-count", path });
  const { stdout } = await runIn(repo, "status");
  assertEquals(stdout.split("\n")[1], `run ${RUN}: interrupted; continue it: parex resume`);
  const [first, second] = said.tasks;
  assertEquals([first.ahead, first.dirty, first.worktree], [1, true, worktree]);
  assertEquals(second, {
    id: "task-1",
    name: "Count",
    status: "pending",
    branch: "feature/task-1",
    attempts: 0,
  });
});

Deno.test("status says nothing of a run of another plan at the same path", async () => {
  await using repo = await repoWithPlan();
  const path = `${repo.root}/.parallel/plans/plan.yaml`;
  const plan = { name: "older", path, identity: "older" };
  writeJournal(repo, script([0, started([node("task-0", "Old")], { plan })]));
  assertEquals(JSON.parse((await runIn(repo, "status", "--json")).stdout).run, null);
});
