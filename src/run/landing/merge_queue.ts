import { resultOf } from "../../domain/failed.ts";
import type { Landing } from "../../../machines/ports.ts";
import { dropOut, emptyLine, halve, takeBatch } from "../../domain/merge_batch.ts";
import type { Failure } from "../../domain/failure.ts";
import { branchOf } from "../../domain/names.ts";
import type { TaskId } from "../../domain/task.ts";
import { landedTasksTouching } from "../../git/ancestry.ts";
import { type Base, findTip, moveBase, pushBase, type Tip } from "../../git/base_branch.ts";
import { NETWORK_TIMEOUT_MS } from "../../git/git.ts";
import { notify, orNotice } from "../context/notices.ts";
import { LandingTree } from "./landing_worktree.ts";
import type { Scope } from "../context/run_context.ts";
import { until } from "../../util/backoff.ts";

/** How often a landing is begun anew because the base has moved meanwhile. */
const TRIES = 6;
const FIRST_PAUSE_MS = 250;

export interface QueueOptions {
  /** Bound on each command that talks to the remote. */
  networkTimeoutMs?: number;
}

interface Entry {
  task: TaskId;
  /** Absent: its work is landed without an agent. */
  attempt?: number;
}

interface Waiting extends Entry {
  signal: AbortSignal;
  answer: (landing: Landing) => void;
  giveUp: (bug: unknown) => void;
}

/** A task's merge. */
interface Step {
  task: TaskId;
  sha: string;
}

/** The base has moved since a landing was begun. */
type Moved = "moved";

/**
 * Merges completed tasks into the base, one landing at a time: in a worktree of its own, and the base
 * moves only when the project's checks have passed on the merged tree.
 */
export class MergeQueue {
  /** This run's merges into the base, in their order. */
  readonly landed: Step[] = [];
  readonly tree: LandingTree;
  readonly #line = emptyLine();
  readonly #waiting = new Map<TaskId, Waiting>();
  readonly #base: Base;
  readonly #networkTimeoutMs: number;
  #working = false;
  /** Where a checkout of the base was left behind, which has changes in the way. */
  #left: string | undefined;

  constructor(private readonly scope: Scope, options: QueueOptions = {}) {
    this.tree = new LandingTree(scope);
    this.#base = baseOf(scope);
    this.#networkTimeoutMs = options.networkTimeoutMs ?? NETWORK_TIMEOUT_MS;
  }

  /** Lands a task when its turn has come. */
  land(input: Entry, signal: AbortSignal): Promise<Landing> {
    return new Promise((answer, giveUp) => {
      this.#waiting.set(input.task, { ...input, signal, answer, giveUp });
      this.#line.waiting.push(input.task);
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      const { mergeBatch } = this.scope.settings;
      for (;;) {
        const batch = takeBatch(this.#line, mergeBatch);
        if (batch.length === 0) break;
        await this.#landBatch(batch);
      }
    } catch (bug) {
      for (const { giveUp } of this.#waiting.values()) giveUp(bug);
    } finally {
      this.#working = false;
    }
  }

  async #landBatch(batch: TaskId[]): Promise<void> {
    for (let tries = 1;; tries++) {
      const waiting = batch.flatMap((task) => this.#waiting.get(task) ?? []);
      const [first] = waiting;
      if (!first) return;
      const signal = AbortSignal.any(waiting.map((one) => one.signal));
      const done = await this.#tryBatch(waiting, signal);
      if (signal.aborted) return this.#answer(batch, { kind: "interrupted" });
      if (done !== "moved") return;
      if (tries === TRIES) {
        return this.#answer(batch, { kind: "blocked", failure: this.#keepsMoving() });
      }
      await until(Date.now() + FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random()), signal);
    }
  }

  /** Takes the worktree away when nothing is left to land. */
  async close(): Promise<void> {
    await orNotice(this.scope.emit, () => this.tree.close());
  }

  #keepsMoving(): Failure {
    const { branch, remote = "." } = this.#base;
    const detail = `${branch} was moved by others ${TRIES} times while the merge was checked`;
    return { reason: "push_failed", remote, branch, detail };
  }

  /** Merges, checks and moves the base, or answers why not. */
  async #tryBatch(batch: Waiting[], signal: AbortSignal): Promise<Moved | void> {
    const tasks = batch.map(({ task }) => task);
    const tip = await this.#orBlocked(tasks, () => this.#checkOutTip());
    if (tip === undefined) return;
    const steps = await this.#merge(tasks, tip);
    const last = steps.at(-1);
    if (!last || signal.aborted) return;
    if (last.sha !== tip.sha) {
      const green = await this.#isGreen(steps, tip, signal);
      if (!green || signal.aborted) return;
    }
    return await this.#advance(steps, tip, last.sha);
  }

  async #checkOutTip(): Promise<Tip> {
    const tip = await findTip(this.scope.repo, this.#base, this.#networkTimeoutMs);
    this.scope.tip = tip.sha;
    await this.tree.checkOut(tip.sha);
    return tip;
  }

  /** Merges one on another what can be; the others are answered, or wait for another turn. */
  async #merge(tasks: TaskId[], tip: Tip): Promise<Step[]> {
    const steps: Step[] = [];
    const dropped: TaskId[] = [];
    let sha = tip.sha;
    for (const task of tasks) {
      const merged = await this.#orBlocked([task], () => this.tree.merge(task));
      if (merged === undefined) continue;
      if (merged.kind === "conflict") {
        // On the tip alone it may merge: those before it in the batch have not landed yet.
        if (sha !== tip.sha) dropped.push(task);
        else await this.#refuseConflict(task, tip.sha, merged.files);
      } else {
        if (merged.kind === "merged") sha = merged.sha;
        steps.push({ task, sha });
      }
    }
    dropOut(this.#line, dropped);
    return steps;
  }

  async #refuseConflict(task: TaskId, onto: string, files: string[]): Promise<void> {
    const { repo, base } = this.scope;
    const range = { from: `refs/heads/${branchOf(task)}`, to: onto };
    const others = await this.#orBlocked([task], () => landedTasksTouching(repo, range, files));
    if (others === undefined) return;
    const between = [...(others.length > 0 ? others : [base]), task];
    this.scope.emit({ type: "conflict.met", task, between, files });
    this.#answer([task], {
      kind: "refused",
      occasion: { kind: "conflict", onto, files, between },
      failure: { reason: "merge_conflict", files, between, onto: base },
    });
  }

  /** Whether the checks pass on the merged tree; if not, who is to blame hears of it. */
  async #isGreen(steps: Step[], tip: Tip, signal: AbortSignal): Promise<boolean> {
    const tasks = steps.map(({ task }) => task);
    const { task = "", attempt } = this.#waiting.get(tasks.at(-1) ?? "") ?? {};
    const log = `${task}.${attempt ?? 1}.merged`;
    const told = { task, attempt: attempt ?? 1, merged: true, log } as const;
    const since = () => Promise.resolve(tip.sha);
    const verdict = await resultOf(() => this.tree.check(told, signal, { since }));
    if (signal.aborted) return false;
    if (!verdict.ok) {
      this.#answer(tasks, { kind: "blocked", failure: verdict.failure });
      return false;
    }
    if (verdict.value.passed) return true;
    if (tasks.length > 1) {
      halve(this.#line, tasks);
      return false;
    }
    const { check, failed } = verdict.value;
    const { base } = this.scope;
    const made = attempt === undefined ? {} : { attempts: attempt };
    const gone = failed.gone !== undefined;
    const passedAlone = attempt !== undefined;
    notify(this.scope.emit, { about: "merge_failed_check", check, base, passedAlone, gone }, task);
    this.#answer(tasks, {
      kind: "refused",
      occasion: { kind: "repair", check, failed, onto: tip.sha },
      failure: { reason: "checks_failed", check, failed, ...made, onto: base },
    });
    return false;
  }

  /** Moves the base on, on the remote first: what others have there must not be lost here. */
  async #advance(steps: Step[], tip: Tip, sha: string): Promise<Moved | void> {
    const tasks = steps.map(({ task }) => task);
    const { repo, base } = this.scope;
    const range = { from: tip.local, to: sha };
    const moved = await this.#orBlocked(tasks, async () => {
      if (await this.#push(tip, sha) === "moved") return "moved";
      return await moveBase(repo, base, range, { checkouts: this.#left === undefined });
    });
    if (moved === undefined || moved === "moved") return moved;
    if (moved.kind === "elsewhere") {
      if (tip.remote === undefined) return "moved";
      notify(this.scope.emit, { about: "base_ahead", base });
    }
    if (moved.kind === "ref_only") this.#tellLeft(moved.checkout, range);
    this.scope.tip = sha;
    for (const step of steps) {
      this.landed.push(step);
      this.scope.emit({ type: "task.landed", task: step.task, how: "merge", sha: step.sha });
    }
    this.#answer(tasks, { kind: "landed" });
  }

  async #push(tip: Tip, sha: string): Promise<"pushed" | "moved"> {
    const { branch, remote } = this.#base;
    if (remote === undefined || tip.remote === undefined) return "pushed";
    if (tip.remote === sha) return "pushed";
    const what = { sha, seen: tip.remote };
    return await pushBase(this.scope.repo, { branch, remote }, what, this.#networkTimeoutMs);
  }

  #tellLeft(checkout: string, { from, to }: { from: string; to: string }): void {
    this.#left ??= from;
    const { base, emit } = this.scope;
    notify(emit, { about: "checkout_behind", base, checkout, at: this.#left, to });
  }

  /** Undefined: the script failed, and these tasks are blocked by that. */
  async #orBlocked<T>(tasks: TaskId[], script: () => Promise<T>): Promise<T | undefined> {
    const result = await resultOf(script);
    if (result.ok) return result.value;
    this.#answer(tasks, { kind: "blocked", failure: result.failure });
  }

  #answer(tasks: TaskId[], landing: Landing): void {
    for (const task of tasks) {
      this.#waiting.get(task)?.answer(landing);
      this.#waiting.delete(task);
    }
  }
}

/** The base as a run pushes it, or does not. */
export function baseOf(
  { base, remote, settings }: Pick<Scope, "base" | "remote" | "settings">,
): Base {
  return { branch: base, ...(remote !== undefined && settings.push ? { remote } : {}) };
}
