import { excerptOf } from "../domain/excerpt.ts";
import { valueOf } from "../domain/failed.ts";
import type { Announcement } from "../../machines/ports.ts";
import type { Emit } from "../domain/event.ts";
import type { Status, Task, TaskId } from "../domain/task.ts";
import { writeStatus } from "../plan/status.ts";
import type { Repository } from "../git/repository.ts";
import type { PlanWatch } from "./plan_watch.ts";
import { explain } from "../report/messages/explain.ts";
import { notify } from "./context/notices.ts";

/** In lines; the rest is in the logs. */
const MAX_DETAILS = 16;

/** Writes the tasks' statuses as they change: into the task files first, then into the journal. */
export class Statuses {
  readonly #now = new Map<TaskId, Status>();
  /** Tasks whose status this run has changed. */
  readonly #touched = new Set<TaskId>();

  constructor(
    private readonly tasks: Map<TaskId, Task>,
    private readonly emit: Emit,
    private readonly watch: PlanWatch,
    private readonly repo: Repository,
  ) {
    for (const { id, status } of tasks.values()) this.#now.set(id, status);
  }

  of(task: TaskId): Status {
    return this.#now.get(task) ?? "pending";
  }

  /** Writes a status at once; does nothing if the task has it already. */
  announce({ task: id, status, failure }: Announcement): void {
    const task = this.tasks.get(id);
    const from = this.of(id);
    if (!task || from === status) return;
    this.#now.set(id, status);
    this.#touched.add(id);
    const edited = this.watch.edited(task);
    const written = writeStatus(task, status);
    const told = failure && explain(failure, {
      task: id,
      inline: task.source.kind !== "file",
      worktree: this.repo.shownPlaceOf(id),
    });
    this.emit({
      type: "task.status",
      task: id,
      from,
      to: status,
      reason: failure?.reason,
      message: told?.message,
      details: told && excerptOf(told.details, MAX_DETAILS),
      next: told?.next,
      failure,
    });
    for (const path of edited) {
      notify(this.emit, { about: "task_file_edited", path });
    }
    if (!written.ok) {
      notify(this.emit, { about: "failed", failure: written.failure }, id);
    }
  }

  /** Writes the run's statuses into the task files, which may be one step ahead of its journal. */
  restore(tasks: Iterable<TaskId>): void {
    for (const id of tasks) {
      const task = this.tasks.get(id);
      if (task) valueOf(writeStatus(task, this.of(id)));
      this.#touched.add(id);
    }
  }

  /** Makes tasks in progress pending again, so that the next run executes them. */
  putBack(): void {
    for (const task of this.#touched) {
      const status = this.of(task);
      if (status === "in_progress" || status === "testing") {
        this.announce({ task, status: "pending" });
      }
    }
  }
}
