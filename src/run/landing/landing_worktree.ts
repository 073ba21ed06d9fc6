import { Failed, resultOf } from "../../domain/failed.ts";
import type { Verdict } from "../../../machines/ports.ts";
import { branchOf } from "../../domain/names.ts";
import type { TaskId } from "../../domain/task.ts";
import { exists } from "../../util/files.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import {
  checkOut,
  mergeBranch,
  type Merged,
  removeIfClean,
} from "../../git/worktrees/merge_branch.ts";
import type { Worktree } from "../../git/worktree.ts";
import { ensureWorktree } from "../../git/worktrees/ensure.ts";
import { knownVerdict, runChecks, type Which } from "../task/check.ts";
import type { Told } from "../task/check_command.ts";
import { copyUncommitted } from "../context/excludes.ts";
import { planFolderIn } from "../context/plan_paths.ts";
import { type Scope, worktreeFor } from "../context/run_context.ts";
import { tellMissing } from "../task/prepare.ts";
import { setUp } from "../task/setup.ts";

/** No task has such an id. */
const LANDING = "_landing";

/** The worktree in which branches are merged into the base and checked before the base moves. */
export class LandingTree {
  readonly #worktree: Worktree;

  constructor(private readonly scope: Scope) {
    this.#worktree = worktreeFor(scope, LANDING);
  }

  /** Stands at a commit, with nothing else in it. The first time makes the worktree. */
  async checkOut(sha: string): Promise<void> {
    const { repo, run, plan } = this.scope;
    const whose = { run, task: LANDING, identity: plan.identity };
    const { path } = this.#worktree;
    const tree = await ensureWorktree(repo, { ...whose, path, startPoint: sha });
    tellMissing(this.scope, tree.missing);
    // Landings come one after the other: whoever holds the index here has died.
    await waitForIndex(this.#worktree);
    return await checkOut(this.#worktree, run, sha);
  }

  /** Merges a task's branch into what the worktree stands at. */
  async merge(id: TaskId): Promise<Merged> {
    const { repo, plan, tasks } = this.scope;
    const task = tasks.get(id);
    const branch = branchOf(id);
    const title = task?.title ?? task?.name ?? id;
    const keep = planFolderIn(repo, plan);
    const message = `Merge branch '${branch}'\n\n${title}\n\nImplements: ${id}\n`;
    const merge = { branch, message, keep };
    // What setup and checks have left beside the tracked files must not stand in a merge's way.
    return await mergeBranch(this.#worktree, merge);
  }

  /** Checks a commit, in the worktree where it has not passed all on the same tree. */
  async checkAt(
    sha: string,
    told: Told,
    signal: AbortSignal,
    which: Which = {},
  ): Promise<Verdict> {
    const known = which.only === undefined
      ? await knownVerdict(this.scope, sha, told, which)
      : undefined;
    if (known) return known;
    await this.checkOut(sha);
    return await this.check(told, signal, which);
  }

  /** Runs the project's checks on what the worktree stands at. */
  async check(told: Told, signal: AbortSignal, which: Which = {}): Promise<Verdict> {
    const ready = await resultOf(() => this.#setUp(told, signal));
    if (ready.ok) return await runChecks(this.scope, this.#worktree, told, signal, which);
    if (ready.failure.reason !== "setup_failed") throw new Failed(ready.failure);
    return { passed: false, check: "setup", failed: ready.failure.failed };
  }

  async #setUp({ task, quiet }: Told, signal: AbortSignal): Promise<void> {
    await copyUncommitted(this.scope, this.#worktree);
    const what = {
      ...(task === undefined ? {} : { task }),
      ...(quiet === undefined ? {} : { quiet }),
    };
    return await setUp(this.scope, this.#worktree, what, signal);
  }

  /** Removes the worktree unless there is something in it that git does not hold. */
  async close(): Promise<void> {
    if (!exists(this.#worktree.path)) return;
    await removeIfClean(this.#worktree);
  }
}
