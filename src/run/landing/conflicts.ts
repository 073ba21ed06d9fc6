import { conflictsOfPlan } from "../../domain/conflict.ts";
import { resultOf } from "../../domain/failed.ts";
import { orderedWith } from "../../domain/graph.ts";
import { pairKey } from "../../domain/overlap.ts";
import type { PredictedConflict } from "../../domain/record.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import type { TaskRecord } from "../../domain/task_record.ts";
import { filesChanged } from "../../git/commit.ts";
import type { Repository } from "../../git/repository.ts";
import { conflictsBetween } from "../../git/merge.ts";
import type { Scope } from "../context/run_context.ts";
import { notify } from "../context/notices.ts";

/** Limit of trial merges for each task that has committed. */
const TRIED_AT_MOST = 32;

/** What this needs of a run. */
type Watched = Pick<Scope, "record" | "repo" | "tip" | "tasks" | "emit">;

interface Branch {
  id: TaskId;
  head: string;
}

/** Predicts conflicts between tasks while the run works: only the end of the run waits for it. */
export class ConflictWatch {
  readonly #told: Set<string>;
  /** Pairs of commits whose merge was tried. */
  readonly #tried = new Set<string>();
  /** The paths that branches have changed since they left the base, least recently read first. */
  readonly #changes = new Map<TaskId, { head: string; paths: readonly string[] }>();
  /** Tasks that have committed and are not compared yet. */
  #waiting = new Set<TaskId>();
  #work: Promise<void> | undefined;
  #closed = false;
  #excused = false;

  constructor(private readonly scope: Watched) {
    this.#told = new Set(scope.record.conflicts.predicted.map(keyOf));
  }

  /** Reports the conflicts that the plan suggests. */
  predict(tasks: readonly Task[]): void {
    for (const conflict of conflictsOfPlan(tasks)) this.#tell(conflict);
  }

  /** Compares what a task has committed with the other tasks' commits. */
  look(task: TaskId): Promise<void> {
    this.#waiting.add(task);
    this.#work ??= this.#compareAll().finally(() => this.#work = undefined);
    return this.#work;
  }

  /** Stops comparing. */
  close(): void {
    this.#closed = true;
  }

  async #compareAll(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#closed) {
      const tasks = this.#waiting;
      this.#waiting = new Set();
      const heads = await this.#try(() => this.scope.repo.refs.heads());
      if (heads === undefined) return;
      for (const task of tasks) await this.#compare(task, heads);
    }
  }

  async #compare(task: TaskId, heads: Map<string, string>): Promise<void> {
    const { record, repo, tasks } = this.scope;
    const head = heads.get(repo.branchOf(task));
    if (this.#closed || head === undefined) return;
    // A branch holds the work of the tasks that its own depends on, so the two always merge.
    const ordered = orderedWith([...tasks.values()], task);
    const others = [...record.tasks.values()].flatMap((other) => {
      const theirs = heads.get(repo.branchOf(other.id));
      const isCompared = theirs !== undefined && !ordered.has(other.id) && isUnlanded(other) &&
        !this.#told.has(branchKey(task, other.id)) && !this.#tried.has(commitsKey(head, theirs));
      return isCompared ? [{ id: other.id, head: theirs }] : [];
    });
    const own = new Set(await this.#read({ id: task, head }));
    for (const other of await this.#touching(own, others)) {
      if (this.#closed) return;
      this.#tried.add(commitsKey(head, other.head));
      const files = await this.#try(() => conflictsBetween(repo, head, other.head)) ?? [];
      if (files.length > 0) this.#tell({ tasks: [other.id, task], files, basis: "branches" });
    }
  }

  /** The branches that have changed one of the paths, the most recently moved first. */
  async #touching(paths: ReadonlySet<string>, branches: Branch[]): Promise<Branch[]> {
    for (const branch of branches) await this.#read(branch);
    const byId = new Map(branches.map((branch) => [branch.id, branch]));
    return [...this.#changes].reverse()
      .filter(([, { paths: theirs }]) => theirs.some((path) => paths.has(path)))
      .flatMap(([id]) => byId.get(id) ?? [])
      .slice(0, TRIED_AT_MOST);
  }

  /** What a branch has changed since it left the base. */
  async #read({ id, head }: Branch): Promise<readonly string[]> {
    const known = this.#changes.get(id);
    if (this.#closed || known?.head === head) return known?.paths ?? [];
    const { repo, tip } = this.scope;
    const paths = repo.known.single.get(head)?.paths ??
      // Most new branches are still at the tip.
      (head === tip ? [] : await this.#try(() => pathsChanged(repo, tip, head)) ?? []);
    this.#changes.delete(id);
    this.#changes.set(id, { head, paths });
    return paths;
  }

  /** A failed prediction is reported once and does not stop the run. */
  async #try<T>(script: () => Promise<T>): Promise<T | undefined> {
    const result = await resultOf(script);
    if (result.ok) return result.value;
    if (!this.#excused && !this.#closed) {
      const { failure } = result;
      notify(this.scope.emit, { about: "failed", failure, without: "conflict prediction" });
    }
    this.#excused = true;
  }

  #tell(conflict: PredictedConflict): void {
    if (this.#closed || this.#told.has(keyOf(conflict))) return;
    this.#told.add(keyOf(conflict));
    this.scope.emit({ type: "conflict.predicted", ...conflict });
  }
}

/** Its branch belongs to this plan and may not have landed: an earlier run may have completed it. */
function isUnlanded({ selected, status, landed }: TaskRecord): boolean {
  return (selected || status === "completed") && landed?.how !== "merge";
}

async function pathsChanged(repo: Repository, from: string, to: string): Promise<string[]> {
  return (await filesChanged(repo, from, to)).map(({ path }) => path);
}

function keyOf({ tasks, basis }: PredictedConflict): string {
  return `${basis} ${pairKey(tasks)}`;
}

function commitsKey(a: string, b: string): string {
  return pairKey([a, b]);
}

function branchKey(a: TaskId, b: TaskId): string {
  return keyOf({ tasks: [a, b], files: [], basis: "branches" });
}
