import { composeProject, firstPorts, PORTS_OF_SLOT, SlotNumbers } from "../../domain/slots.ts";
import type { EventBody } from "../../domain/event.ts";
import type { Land } from "../../domain/settings.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Env } from "../../exec/env.ts";
import { areFree } from "../../exec/free_ports.ts";

/**
 * Keeps the servers, containers and databases of concurrent tasks apart: each task has a number and ten ports
 * of its own until it is settled.
 */
export class Slots {
  readonly #numbers = new SlotNumbers();
  readonly #ports = new Map<TaskId, number>();

  /** `repository` tells this machine's repositories apart; numbers below `first` belong to another process. */
  constructor(private readonly repository: string, private readonly first = 0) {}

  /** The variables of a task, or of a landing tree; the same at each call until `free`. */
  envOf(owner: TaskId): Env {
    const slot = this.first + this.#numbers.take(owner);
    return {
      PAREX_SLOT: String(slot),
      PAREX_PORT: String(this.#portOf(owner, slot)),
      COMPOSE_PROJECT_NAME: composeProject(this.repository, owner),
    };
  }

  /** Frees its number and ports for other tasks. */
  free(owner: TaskId): void {
    this.#numbers.free(owner);
    this.#ports.delete(owner);
  }

  #portOf(owner: TaskId, slot: number): number {
    const known = this.#ports.get(owner);
    if (known !== undefined) return known;
    const given = new Set(this.#ports.values());
    const candidates = [...firstPorts(this.repository, slot)].filter((port) => !given.has(port));
    // If all are taken, the first is as good as any.
    const first = candidates.find((port) => areFree(port, PORTS_OF_SLOT)) ?? candidates[0] ?? 0;
    this.#ports.set(owner, first);
    return first;
  }
}

/** Frees the slot of a task that will have no further attempt: it is blocked, or has landed as requested. */
export function freeSettled(slots: Slots, event: EventBody, land: Land): void {
  const isOver = event.type === "task.landed" ||
    event.type === "task.status" &&
      (event.to === "blocked" || event.to === "completed" && land === "none");
  if (isOver) slots.free(event.task);
}
