import { resultOf } from "../../domain/failed.ts";
import type { Landing, Verdict } from "../../../machines/ports.ts";
import type { Failure } from "../../domain/failure.ts";
import {
  emptyPipeline,
  type Entry,
  hold,
  join,
  judge,
  landed,
  leave,
  merged,
  type Move,
  nextMove,
  release,
  setApart,
  setTip,
  startOver,
  type Step,
  tasksOf,
} from "../../domain/merge_pipeline.ts";
import type { Result } from "../../domain/result.ts";
import type { TaskId } from "../../domain/task.ts";
import { until } from "../../util/backoff.ts";
import { notify, orNotice } from "../context/notices.ts";
import type { Scope } from "../context/run_context.ts";
import { BaseMover, type NetworkOptions } from "./base_mover.ts";
import { describeConflict } from "./conflict_met.ts";
import { LandingTrees } from "./landing_trees.ts";
import { MergeChecks } from "./merge_checks.ts";
import { type Merged, mergeTask } from "./merge_task.ts";
import { Repairs } from "./repairs.ts";

/** How often landing starts again because the base has moved, with nothing landed in between. */
const TRIES = 6;
const FIRST_PAUSE_MS = 250;

interface Entrant {
  task: TaskId;
  /** Absent: it lands without an agent. */
  attempt?: number | undefined;
}

interface Waiting extends Entrant {
  signal: AbortSignal;
  answer: (landing: Landing) => void;
  giveUp: (bug: unknown) => void;
}

/**
 * Merges completed tasks into the base. The merges are stacked on each other and checked concurrently, each
 * in a worktree of its own. The base moves only over merges that have passed, in order.
 */
export class MergeQueue {
  /** This run's merges into the base, in their order. */
  readonly landed: Step[] = [];
  readonly trees: LandingTrees;
  readonly #line = emptyPipeline();
  readonly #waiting = new Map<TaskId, Waiting>();
  readonly #checks: MergeChecks;
  readonly #repairs: Repairs;
  readonly #base: BaseMover;
  /** Why nobody can push to the base. */
  #protected: Failure | undefined;
  #working = false;
  #again = false;
  /** How often in a row others have moved the base. */
  #moved = 0;

  constructor(private readonly scope: Scope, options: NetworkOptions = {}) {
    this.trees = new LandingTrees(scope);
    this.#checks = new MergeChecks(this.trees, {
      onVerdict: (entry, verdict) => this.#judge(entry, verdict),
      onBug: (bug) => {
        for (const { giveUp } of this.#waiting.values()) giveUp(bug);
      },
      onEnd: () => void this.#work(),
    });
    this.#repairs = new Repairs(scope);
    this.#base = new BaseMover(scope, this.trees, options);
  }

  /** Lands a task when its turn has come. */
  land(input: Entrant, signal: AbortSignal): Promise<Landing> {
    if (this.#protected) return Promise.resolve(stays(input, this.#protected));
    return new Promise((answer, giveUp) => {
      this.#waiting.set(input.task, { ...input, signal, answer, giveUp });
      join(this.#line, input.task, this.#repairs.has(input.task));
      signal.addEventListener("abort", () => void this.#work(), { once: true });
      void this.#work();
    });
  }

  /** A refused task is blocked: no other task waits for it any more. */
  giveUp(task: TaskId): void {
    if (!this.#repairs.end(task)) return;
    release(this.#line, task);
    void this.#work();
  }

  /** Removes the worktrees when nothing is left to land. */
  async close(): Promise<void> {
    await orNotice(this.scope.emit, () => this.trees.close());
  }

  /** Makes moves until there is none left, and starts over if the state has changed in between. */
  async #work(): Promise<void> {
    this.#again = true;
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#again) {
        this.#again = false;
        while (await this.#makeMove()) { /* the next one */ }
      }
    } catch (bug) {
      for (const { giveUp } of this.#waiting.values()) giveUp(bug);
      this.#waiting.clear();
    } finally {
      this.#working = false;
    }
  }

  /** False: there is nothing to do until the state changes. */
  async #makeMove(): Promise<boolean> {
    await this.#letGo();
    await this.#stopChecks();
    const { checkJobs, mergeBatch } = this.scope.settings;
    const move = nextMove(this.#line, checkJobs, mergeBatch);
    if (move.kind === "rest") return false;
    await this.#make(move);
    return true;
  }

  async #make(move: Move): Promise<void> {
    switch (move.kind) {
      case "find_tip": {
        const tip = await resultOf(() => this.#base.find());
        if (tip.ok) return setTip(this.#line, tip.value);
        // Without a tip nothing is in the stack, and nobody can land.
        const all = [...this.#line.queue.flat(), ...this.#line.waiting];
        return this.#block(all, tip.failure);
      }
      case "merge":
        return await this.#merge(move.tasks, move.onto);
      case "land":
        return await this.#land(move.entries);
      case "refuse":
        return await this.#refuseRed(move.entry);
      case "rest":
        return;
    }
  }

  /** Removes aborted tasks; they are answered after their checks have ended. */
  async #letGo(): Promise<void> {
    const gone = [...this.#waiting.values()].filter(({ signal }) => signal.aborted);
    if (gone.length === 0) return;
    leave(this.#line, gone.map(({ task }) => task));
    await this.#stopChecks();
    this.#answer(gone.map(({ task }) => task), { kind: "interrupted" });
  }

  /** Ends the checks of tasks that are no longer in the stack. */
  async #stopChecks(): Promise<void> {
    await this.#checks.stopAllBut(new Set(this.#line.stack.map(({ sha }) => sha)));
  }

  /** Stacks the merges that are possible; the other tasks are answered, or wait for another turn. */
  async #merge(tasks: TaskId[], onto: string): Promise<void> {
    const steps: Step[] = [];
    let sha = onto;
    for (const task of tasks) {
      const done = await this.#orBlocked([task], async () => {
        const holder = await this.#repairs.holderInConflict(task);
        if (holder !== undefined) return hold(this.#line, task, holder);
        const merge = await mergeTask(this.scope, this.trees, task, sha);
        if (merge.kind === "conflict") return await this.#meet(task, sha, merge);
        if (merge.kind === "merged") sha = merge.sha;
        steps.push({ task, sha });
      });
      if (!done) continue;
    }
    const entry = merged(this.#line, onto, steps);
    if (entry?.verdict === "open") this.#check(entry);
  }

  /** A conflict with the stack may not be one with the base: the task waits for its turn. */
  async #meet(task: TaskId, onto: string, met: Merged & { kind: "conflict" }): Promise<void> {
    const { tip } = this.#line;
    if (onto !== tip || tip === undefined) return setApart(this.#line, task);
    const { base } = this.scope;
    const { files, between, conflicts, said } = await describeConflict(this.scope, task, tip, met);
    const isRepaired = this.#waiting.get(task)?.attempt !== undefined;
    const overtaken = isRepaired && await this.#repairs.refuse(task, tip)
      ? { overtaken: true } as const
      : {};
    this.scope.emit({ type: "conflict.met", task, between, files, conflicts, said, ...overtaken });
    this.#answer([task], {
      kind: "refused",
      occasion: { kind: "conflict", onto: tip, files, between },
      failure: { reason: "merge_conflict", files, between, conflicts, onto: base },
      ...overtaken,
    });
  }

  #check(entry: Entry): void {
    const last = this.#waiting.get(tasksOf(entry).at(-1) ?? "");
    this.#checks.start(entry, { task: last?.task ?? "", attempt: last?.attempt ?? 1 });
  }

  readonly #verdicts = new Map<Entry, Verdict & { passed: false }>();

  #judge(entry: Entry, verdict: Result<Verdict>): void {
    if (!verdict.ok) return this.#block(tasksOf(entry), verdict.failure);
    const { value } = verdict;
    if (!value.passed) this.#verdicts.set(entry, value);
    judge(this.#line, entry.sha, value.passed);
  }

  /**
   * A check fails on the task's merge: the task goes back to its agent, or waits for a task that is being
   * repaired for the same check.
   */
  async #refuseRed(entry: Entry): Promise<void> {
    const verdict = this.#verdicts.get(entry);
    this.#verdicts.delete(entry);
    const [task = ""] = tasksOf(entry);
    leave(this.#line, [task]);
    if (!verdict) return;
    const { check, failed } = verdict;
    const holder = this.#repairs.holderOfCheck(task, check);
    if (holder !== undefined) return hold(this.#line, task, holder);
    const { base, emit } = this.scope;
    const attempt = this.#waiting.get(task)?.attempt;
    const passedAlone = attempt !== undefined;
    const made = attempt === undefined ? {} : { attempts: attempt };
    const gone = failed.gone !== undefined;
    const overtaken = passedAlone && await this.#repairs.refuse(task, entry.onto, check);
    notify(emit, { about: "merge_failed_check", check, base, passedAlone, gone }, task);
    this.#answer([task], {
      kind: "refused",
      occasion: { kind: "repair", check, failed, onto: entry.onto },
      failure: { reason: "checks_failed", check, failed, ...made, onto: base },
      overtaken: overtaken || undefined,
    });
  }

  async #land(entries: Entry[]): Promise<void> {
    const steps = entries.flatMap(({ steps }) => steps);
    const tasks = steps.map(({ task }) => task);
    const moved = await resultOf(() => this.#base.advance(steps));
    if (!moved.ok && moved.failure.reason === "base_protected") return this.#end(moved.failure);
    if (!moved.ok) return this.#block(tasks, moved.failure);
    if (moved.value === "moved") return await this.#startOver();
    this.#moved = 0;
    for (const step of steps) {
      this.landed.push(step);
      this.scope.emit({ type: "task.landed", task: step.task, how: "merge", sha: step.sha });
      this.#repairs.end(step.task);
    }
    const guilty = landed(this.#line, entries);
    this.#answer(tasks, { kind: "landed" });
    for (const entry of guilty) await this.#refuseRed(entry);
  }

  /** No merge can land in this run: what is completed stays on its branches. */
  #end(failure: Failure): void {
    this.#protected = failure;
    this.scope.baseProtected = true;
    notify(this.scope.emit, { about: "failed", failure, without: "landing" });
    const all = [...this.#waiting.values()];
    leave(this.#line, all.map(({ task }) => task));
    for (const entrant of all) {
      this.#repairs.end(entrant.task);
      this.#answer([entrant.task], stays(entrant, failure));
    }
  }

  async #startOver(): Promise<void> {
    const tasks = this.#line.stack.flatMap(tasksOf);
    if (++this.#moved >= TRIES) {
      this.#moved = 0;
      this.#line.tip = undefined;
      return this.#block(tasks, this.#base.keepsMoving(TRIES));
    }
    startOver(this.#line);
    const signals = tasks.flatMap((task) => this.#waiting.get(task)?.signal ?? []);
    const pause = FIRST_PAUSE_MS * 2 ** this.#moved * (0.5 + Math.random());
    await until(Date.now() + pause, AbortSignal.any(signals));
  }

  #block(tasks: readonly TaskId[], failure: Failure): void {
    leave(this.#line, tasks);
    for (const task of tasks) this.giveUp(task);
    this.#answer(tasks, { kind: "blocked", failure });
  }

  /** Whether the script succeeded; otherwise its failure blocks these tasks. */
  async #orBlocked(tasks: TaskId[], script: () => Promise<void>): Promise<boolean> {
    const result = await resultOf(script);
    if (!result.ok) this.#block(tasks, result.failure);
    return result.ok;
  }

  #answer(tasks: readonly TaskId[], landing: Landing): void {
    for (const task of tasks) {
      this.#waiting.get(task)?.answer(landing);
      this.#waiting.delete(task);
    }
  }
}

/** What becomes of a task when the base is protected; where nothing else was asked for, it has failed. */
function stays({ attempt }: Entrant, failure: Failure): Landing {
  return attempt === undefined ? { kind: "blocked", failure } : { kind: "landed" };
}
