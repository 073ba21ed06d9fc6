import type { Verdict } from "../../../machines/ports.ts";
import type { Entry } from "../../domain/merge_pipeline.ts";
import { resultOf } from "../../domain/failed.ts";
import type { Result } from "../../domain/result.ts";
import type { TaskId } from "../../domain/task.ts";
import type { LandingTrees } from "./landing_trees.ts";

interface Check {
  abort: AbortController;
  done: Promise<void>;
}

interface Listener {
  /** Its checks have ended, and were not stopped. */
  onVerdict(entry: Entry, verdict: Result<Verdict>): void;
  onBug(bug: unknown): void;
  /** Called after the end of each check, however it ended. */
  onEnd(): void;
}

/** The checks of merges that are in progress, each in a worktree of its own. */
export class MergeChecks {
  /** By the commit that is checked. */
  readonly #running = new Map<string, Check>();

  constructor(private readonly trees: LandingTrees, private readonly listener: Listener) {}

  /** Starts the checks of an entry; they are recorded as those of its last task. */
  start(entry: Entry, { task, attempt }: { task: TaskId; attempt: number }): void {
    const { sha, onto } = entry;
    const abort = new AbortController();
    const log = `${task}.${attempt}.merged.${sha.slice(0, 7)}`;
    const told = { task, attempt, merged: true, log } as const;
    const since = () => Promise.resolve(onto);
    const run = async () => {
      const verdict = await resultOf(() => this.trees.check(sha, told, abort.signal, { since }));
      this.#running.delete(sha);
      if (!abort.signal.aborted) this.listener.onVerdict(entry, verdict);
    };
    const done = run().catch((bug) => {
      this.#running.delete(sha);
      this.listener.onBug(bug);
    }).then(() => this.listener.onEnd());
    this.#running.set(sha, { abort, done });
  }

  /** Stops the checks of all other commits, and waits for their end. */
  async stopAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const over = [...this.#running].filter(([sha]) => !wanted.has(sha)).map(([, check]) => check);
    for (const { abort } of over) abort.abort();
    await Promise.all(over.map(({ done }) => done));
  }
}
