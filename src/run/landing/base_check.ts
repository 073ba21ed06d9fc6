import { basename, join } from "node:path";
import type { Verdict } from "../../../machines/ports.ts";
import type { CommandFailure, Failure } from "../../domain/failure.ts";
import { Failed, resultOf } from "../../domain/failed.ts";
import { entries } from "../../git/git.ts";
import { settledOrAborted } from "../../util/backoff.ts";
import { exists } from "../../util/files.ts";
import { knownVerdict } from "../task/check.ts";
import type { LandingTrees } from "./landing_trees.ts";
import type { Scope } from "../context/run_context.ts";

type RedBase = Extract<Failure, { reason: "base_red" }>;

/** Checks the base itself: while the first agents work, and at the latest when a task's check fails. */
export class BaseCheck {
  readonly #agentStarted = Promise.withResolvers<void>();
  #admitted = 0;
  #red: Promise<RedBase | undefined> | undefined;

  constructor(private readonly scope: Scope, private readonly trees: LandingTrees) {}

  /** An agent is working: the check no longer delays it. */
  begin(): void {
    this.#agentStarted.resolve();
  }

  /** Checks the base once the first agent is working. Fails with `base_red`, unless that is allowed. */
  async run(signal: AbortSignal): Promise<void> {
    await settledOrAborted(this.#agentStarted.promise, signal);
    if (!signal.aborted) await this.#failIfRed(signal);
  }

  /** Lets as many attempts begin at once as there are slots; the others wait for the verdict. */
  async admit(signal: AbortSignal): Promise<void> {
    const { jobs, allowRedBase } = this.scope.settings;
    if (this.#admitted++ >= jobs && !allowRedBase) await this.#failIfRed(signal);
  }

  /**
   * Adds the base's verdict to a task's failed check; fails with `base_red` if the base alone is to blame.
   */
  async judge(verdict: Verdict, signal: AbortSignal): Promise<Verdict> {
    if (verdict.passed || verdict.failed.gone) return verdict;
    const red = await this.#failIfRed(signal);
    if (red?.check !== verdict.check) return verdict;
    return { ...verdict, failed: { ...verdict.failed, onBase: this.scope.base } };
  }

  async #failIfRed(signal: AbortSignal): Promise<RedBase | undefined> {
    this.#red ??= this.#check(signal);
    const red = await this.#red;
    if (red && !this.scope.settings.allowRedBase) throw new Failed(red);
    return red;
  }

  async #check(signal: AbortSignal): Promise<RedBase | undefined> {
    const { scope } = this;
    const { base, tip: sha, settings } = scope;
    const { checks } = await scope.committedChecks.foundAt(sha, settings.checks);
    if (checks.length === 0) return undefined;
    const told = { log: "base", quiet: true } as const;
    let untracked: string[] = [];
    // A base that cannot be checked does not stop the run: the tasks' own checks report why.
    const asked = await resultOf(async () =>
      await knownVerdict(scope, sha, told, {}) ??
        await this.trees.use(sha, async (tree) => {
          const verdict = await tree.check(told, signal);
          if (!verdict.passed) untracked = await this.#missing(verdict.failed, tree.path);
          return verdict;
        })
    );
    if (signal.aborted || !asked.ok) return undefined;
    const verdict = asked.value;
    const first = verdict.passed ? {} : { check: verdict.check };
    scope.emit({ type: "base.checked", sha, ok: verdict.passed, ...first });
    if (verdict.passed) return undefined;
    const { check, failed } = verdict;
    const missing = untracked.length === 0 ? {} : { untracked };
    return { reason: "base_red", base, sha, check, failed, ...missing };
  }

  /** Files that the output names and only the user's checkout has: they are not in git. */
  async #missing({ tail }: CommandFailure, path: string): Promise<string[]> {
    const listed = await this.scope.repo.here.git(["ls-files", "--others", "--directory", "-z"]);
    return entries(listed).map((entry) => entry.replace(/\/$/, ""))
      .filter((entry) => namesIt(tail, basename(entry)) && !exists(join(path, entry)))
      .slice(0, MOST_MISSING);
  }
}

const MOST_MISSING = 5;

/** Whether a text contains the name as a whole word. */
function namesIt(text: string, name: string): boolean {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${literal}(?![\\w-])`).test(text);
}
