import { Failed, resultOf } from "../../domain/failed.ts";
import type { Verdict } from "../../../machines/ports.ts";
import { exists } from "../../util/files.ts";
import { type BranchMerge, mergeBranch, removeIfClean } from "../../git/worktrees/merge_branch.ts";
import type { Git } from "../../git/git.ts";
import type { Hooks } from "../../git/hooks.ts";
import type { Worktree } from "../../git/worktree.ts";
import { checkSetUp, type Which } from "../task/check.ts";
import type { CheckLabels } from "../task/check_command.ts";
import { copyUncommitted } from "../context/excludes.ts";
import { type Scope, worktreeFor } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import { checkOutIn } from "../task/check_out.ts";
import { setUp } from "../task/setup.ts";

/** No task has such an id. */
const LANDING = "_landing";

/** A worktree in which a merge is checked before the base moves. */
export class LandingTree {
  readonly #worktree: Worktree;

  /** `number`: from 1. */
  constructor(private readonly scope: Scope, number: number) {
    this.#worktree = worktreeFor(scope, number === 1 ? LANDING : `${LANDING}-${number}`);
  }

  /** Absolute. */
  get path(): string {
    return this.#worktree.path;
  }

  /** Checks out a commit, with nothing else in the worktree. Creates the worktree on first use. */
  async checkOut(sha: string): Promise<void> {
    await checkOutIn(this.scope, this.#worktree, sha);
  }

  /** Does something that runs the project's hooks: they find the tree set up. */
  async withHooks<T>(work: (at: Git, hooks: Hooks) => Promise<T>): Promise<T> {
    await this.#setUp({ log: "hooks" }, new AbortController().signal);
    return await work(this.#worktree, hooksIn(this.scope, this.#worktree));
  }

  /** Merges a branch into what the worktree is at, with the repository's hooks. Returns the commit. */
  async merge(merge: BranchMerge): Promise<string> {
    // Untracked files of setup and checks must not be in the merge's way.
    const hooks = hooksIn(this.scope, this.#worktree);
    return await mergeBranch(this.#worktree, { ...merge, hooks });
  }

  /** Runs the project's checks on the commit that is checked out. */
  async check(told: CheckLabels, signal: AbortSignal, which: Which = {}): Promise<Verdict> {
    const ready = await resultOf(() => this.#setUp(told, signal));
    if (ready.ok) return await checkSetUp(this.scope, this.#worktree, told, signal, which);
    if (ready.failure.reason !== "setup_failed") throw new Failed(ready.failure);
    return { passed: false, check: "setup", failed: ready.failure.failed };
  }

  async #setUp({ task, quiet }: CheckLabels, signal: AbortSignal): Promise<void> {
    await copyUncommitted(this.scope, this.#worktree);
    await setUp(this.scope, this.#worktree, { task, quiet }, signal);
  }

  /** Removes the worktree unless it contains something that git does not have. */
  async close(): Promise<void> {
    if (!exists(this.#worktree.path)) return;
    await removeIfClean(this.#worktree);
  }
}
