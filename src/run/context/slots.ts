import { z } from "zod";
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

  /** The file in which they are kept for a resumed run. */
  #file: string | undefined;

  /** `repository` tells this machine's repositories apart; numbers below `first` belong to another process. */
  constructor(private readonly repository: string, private readonly first = 0) {}

  /** Keeps numbers and ports in a file from now on, and gives back those that are in it. */
  keepIn(file: string): void {
    this.#file = file;
    for (const { owner, slot, port } of keptIn(file)) {
      this.#numbers.restore(owner, slot);
      if (areFree(port, PORTS_OF_SLOT)) this.#ports.set(owner, port);
    }
  }

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
    this.#keep();
  }

  #portOf(owner: TaskId, slot: number): number {
    const known = this.#ports.get(owner);
    if (known !== undefined) return known;
    const given = new Set(this.#ports.values());
    const candidates = [...firstPorts(this.repository, slot)].filter((port) => !given.has(port));
    // If all are taken, the first is as good as any.
    const first = candidates.find((port) => areFree(port, PORTS_OF_SLOT)) ?? candidates[0] ?? 0;
    this.#ports.set(owner, first);
    this.#keep();
    return first;
  }

  #keep(): void {
    if (this.#file === undefined) return;
    const kept = [...this.#ports].map(([owner, port]) => (
      { owner, port, slot: this.#numbers.take(owner) }
    ));
    try {
      Deno.writeTextFileSync(this.#file, JSON.stringify(kept), { mode: 0o600 });
    } catch {
      // A resumed run gives its tasks other ones. That the disk is full, the journal reports.
    }
  }
}

const Kept = z.array(z.object({ owner: z.string(), slot: z.number(), port: z.number() }));

/** Nothing of a file that is absent or damaged. */
function keptIn(file: string): z.infer<typeof Kept> {
  try {
    return Kept.parse(JSON.parse(Deno.readTextFileSync(file)));
  } catch {
    return [];
  }
}

/** Frees the slot of a task that will have no further attempt: it is blocked, or has landed as requested. */
export function freeSettled(slots: Slots, event: EventBody, land: Land): void {
  const isOver = event.type === "task.landed" ||
    event.type === "task.status" &&
      (event.to === "blocked" || event.to === "completed" && land === "none");
  if (isOver) slots.free(event.task);
}
