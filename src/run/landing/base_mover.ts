import { TIMEOUTS } from "../../domain/timeouts.ts";
import type { Failure } from "../../domain/failure.ts";
import type { Step } from "../../domain/merge_pipeline.ts";
import { type Base, findTip, moveBase, pushBase, type Tip } from "../../git/base_branch.ts";
import type { Git } from "../../git/git.ts";
import type { Hooks } from "../../git/hooks.ts";
import { notify } from "../context/notices.ts";
import type { Scope } from "../context/run_context.ts";
import { hooksIn } from "../context/work_env.ts";
import type { LandingTrees } from "./landing_trees.ts";

export interface NetworkOptions {
  /** Timeout of each command that talks to the remote. */
  networkTimeoutMs?: number;
}

/** Reads where the base is, and moves it: on the remote first, so that no commit of others is lost. */
export class BaseMover {
  readonly #base: Base;
  readonly #networkTimeoutMs: number;
  #tip: Tip | undefined;
  /** A checkout of the base that was left behind because its uncommitted changes are in the way. */
  #left: string | undefined;

  /** Whether the project has a hook for pushes. */
  #hooked: Promise<boolean> | undefined;

  constructor(
    private readonly scope: Scope,
    private readonly trees: LandingTrees,
    options: NetworkOptions,
  ) {
    this.#base = baseOf(scope);
    this.#networkTimeoutMs = options.networkTimeoutMs ?? TIMEOUTS.network;
  }

  /** The base's newest commit, here or on the remote. */
  async find(): Promise<string> {
    this.#tip = await findTip(this.scope.repo, this.#base, this.#networkTimeoutMs);
    this.scope.tip = this.#tip.sha;
    return this.#tip.sha;
  }

  /** Moves the base forward over these merges. `moved`: somebody else has moved it since `find`. */
  async advance(steps: readonly Step[]): Promise<"landed" | "moved"> {
    const tip = this.#tip;
    const sha = steps.at(-1)?.sha;
    if (!tip || sha === undefined) return "moved";
    const { repo, base, emit } = this.scope;
    const range = { from: tip.local, to: sha };
    if (await this.#push(tip, sha) === "moved") return "moved";
    const moved = await moveBase(repo, base, range, {
      checkouts: this.#left === undefined,
      hooks: hooksIn(this.scope),
    });
    if (moved.kind === "elsewhere") {
      if (tip.remote === undefined) return "moved";
      notify(emit, { about: "base_ahead", base });
    }
    const known = moved.kind !== "elsewhere";
    if (moved.kind === "ref_only") this.#tellLeft(moved.checkout, range);
    this.scope.tip = sha;
    const remote = tip.remote === undefined ? {} : { remote: sha };
    this.#tip = known ? { sha, local: sha, ...remote } : undefined;
    return "landed";
  }

  /** Why tasks are blocked after so many attempts to move the base. */
  keepsMoving(times: number): Failure {
    const { onRemote: branch, remote = "." } = this.#base;
    const detail = `${branch} was moved by others ${times} times while the merge was checked`;
    return { reason: "push_failed", remote, branch, detail };
  }

  async #push(tip: Tip, sha: string): Promise<"pushed" | "moved"> {
    const { onRemote: branch, remote } = this.#base;
    if (remote === undefined || tip.remote === undefined) return "pushed";
    if (tip.remote === sha) return "pushed";
    const what = { sha, seen: tip.remote };
    const push = (from: Git, hooks?: Hooks) =>
      pushBase(from, { branch, remote }, what, this.#networkTimeoutMs, hooks);
    this.#hooked ??= this.scope.repo.hasHook("pre-push");
    if (!await this.#hooked) return await push(this.scope.repo);
    return await this.trees.use(sha, (tree) => tree.withHooks(push));
  }

  #tellLeft(checkout: string, { from, to }: { from: string; to: string }): void {
    this.#left ??= from;
    const { base, emit } = this.scope;
    notify(emit, { about: "checkout_behind", base, checkout, at: this.#left, to });
  }
}

/** The base, with its remote if the run pushes. */
export function baseOf(
  { base, remotes, settings }: Pick<Scope, "base" | "remotes" | "settings">,
): Base {
  const remote = settings.push ? remotes.push : undefined;
  return { branch: base, remote, onRemote: remotes.base };
}
