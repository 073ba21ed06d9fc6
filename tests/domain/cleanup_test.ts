import fc from "fast-check";
import { type CleanupPlan, planCleanup, type WorkFacts } from "../../src/domain/cleanup.ts";
import type { Status } from "../../src/domain/task.ts";
import { STATUSES } from "../../src/domain/task.ts";
import { assert, assertEquals } from "../support/assert.ts";

const WISH = { force: [], statuses: ["completed"] as Status[], archivable: true };

const LANDED: WorkFacts = {
  task: "a",
  branch: "feature/a",
  status: "completed",
  landed: "squash",
  worktree: {
    path: "/repo/worktrees/a",
    changed: 0,
    ignored: 3,
    strayed: false,
    processes: [],
    standing: false,
  },
};

function whys({ keep }: CleanupPlan): string[] {
  return keep.map(({ keep, forcible }) => `${keep.why}${forcible ? "" : " whatever is wished"}`);
}

Deno.test("planCleanup() removes what has landed, and archives the plan when that was all", () => {
  assertEquals(planCleanup([LANDED], WISH), { remove: [LANDED], keep: [], archive: true });
  const { worktree: _, ...branchAlone } = LANDED;
  assertEquals(planCleanup([branchAlone], WISH).remove, [branchAlone]);
});

Deno.test("planCleanup() keeps work that the base does not have, unless it is named", () => {
  const { landed: _, ...open } = LANDED;
  const worktree = LANDED.worktree ?? fail();
  const cases: [WorkFacts, string][] = [
    [open, "not_landed"],
    [{ ...LANDED, status: "blocked" }, "not_completed"],
    [{ ...LANDED, worktree: { ...worktree, changed: 1 } }, "changed"],
    [{ ...LANDED, worktree: { ...worktree, strayed: true } }, "strayed"],
    [{ ...LANDED, worktree: { ...worktree, unfinished: "rebase" } }, "unfinished"],
  ];
  for (const [work, why] of cases) {
    assertEquals(whys(planCleanup([work], WISH)), [why]);
    const forced = planCleanup([work], { ...WISH, force: ["a"] });
    assertEquals([forced.remove, forced.archive], [[work], false], "forced work has not landed");
  }
});

Deno.test("planCleanup() keeps what is in use, even with --force", () => {
  const worktree = LANDED.worktree ?? fail();
  const unreadable = { reason: "io_failed", path: "/x", detail: "denied" } as const;
  const cases: [WorkFacts, string][] = [
    [{ ...LANDED, worktree: { ...worktree, processes: [7] } }, "processes"],
    [{ ...LANDED, worktree: { ...worktree, standing: true } }, "standing"],
    [{ ...LANDED, worktree: { ...worktree, locked: "mine" } }, "locked"],
    [{ ...LANDED, elsewhere: "/elsewhere" }, "elsewhere"],
    [{ ...LANDED, unreadable }, "unreadable"],
  ];
  for (const [work, why] of cases) {
    const plan = planCleanup([work], { ...WISH, force: ["a"] });
    assertEquals(whys(plan), [`${why} whatever is wished`]);
  }
  const live = planCleanup([LANDED], { ...WISH, force: ["a"], live: "run-1" });
  assertEquals(whys(live), ["live whatever is wished"]);
});

Deno.test("planCleanup() archives only a plan that was run, whose tasks are all completed", () => {
  assertEquals(planCleanup([], { ...WISH, archivable: false }).archive, false);
  assertEquals(planCleanup([], { ...WISH, statuses: ["completed", "pending"] }).archive, false);
  assertEquals(planCleanup([], WISH).archive, true, "what it left was cleaned up before");
});

Deno.test("planCleanup() decides on every work once, and without force on landed work alone", () => {
  const anyWork = fc.record({
    task: fc.constantFrom("a", "b", "c"),
    branch: fc.constant("feature/x"),
    status: fc.constantFrom(...STATUSES),
    landed: fc.constantFrom("merge" as const, "pr" as const),
  }, { requiredKeys: ["task", "branch"] });
  fc.assert(fc.property(fc.array(anyWork), (all) => {
    const plan = planCleanup(all as WorkFacts[], WISH);
    assertEquals(plan.remove.length + plan.keep.length, all.length);
    assert(plan.remove.every(({ landed }) => landed !== undefined));
  }));
});

function fail(): never {
  throw new Error("the sample has a worktree");
}
