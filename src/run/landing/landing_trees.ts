import type { Verdict } from "../../../machines/ports.ts";
import { Semaphore } from "../../util/semaphore.ts";
import { knownVerdict, type Which } from "../task/check.ts";
import type { CheckLabels } from "../task/check_command.ts";
import type { Scope } from "../context/run_context.ts";
import { LandingTree } from "./landing_worktree.ts";

/** The worktrees in which merges are checked, several at a time: created when needed, and reused. */
export class LandingTrees {
  readonly #permits: Semaphore;
  readonly #all: LandingTree[] = [];
  /** The most recently returned one first: its setup is the newest. */
  readonly #free: LandingTree[] = [];

  constructor(private readonly scope: Scope) {
    this.#permits = new Semaphore(scope.settings.checkJobs);
  }

  /** Checks a commit; uses a worktree only if a check has not passed on the same tree yet. */
  async check(
    sha: string,
    told: CheckLabels,
    signal: AbortSignal,
    which: Which = {},
  ): Promise<Verdict> {
    const known = which.only === undefined
      ? await knownVerdict(this.scope, sha, told, which)
      : undefined;
    return known ?? await this.use(sha, (tree) => tree.check(told, signal, which));
  }

  /** Does something in a worktree that is at a commit. */
  async use<T>(sha: string, work: (tree: LandingTree) => Promise<T>): Promise<T> {
    const release = await this.#permits.take();
    const tree = this.#free.pop() ?? this.#another();
    try {
      await tree.checkOut(sha);
      return await work(tree);
    } finally {
      this.#free.push(tree);
      release?.();
    }
  }

  /** Removes the worktrees, except those that contain something that git does not have. */
  async close(): Promise<void> {
    for (const tree of this.#all) await tree.close();
  }

  #another(): LandingTree {
    const tree = new LandingTree(this.scope, this.#all.length + 1);
    this.#all.push(tree);
    return tree;
  }
}
