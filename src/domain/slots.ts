import type { TaskId } from "./task.ts";

/** Ports of a slot, from its first. */
export const PORTS_OF_SLOT = 10;
/** Below the ports that systems give to clients, above those that people choose. */
const FIRST_PORT = 20_000;
const BLOCKS = 1_000;

/** The numbers that are held, each by one owner: a task over its attempts, or a landing tree. */
export class SlotNumbers {
  readonly #held = new Map<TaskId, number>();

  /** The owner's number; the lowest free one if it has none. */
  take(owner: TaskId): number {
    const own = this.#held.get(owner);
    if (own !== undefined) return own;
    const taken = new Set(this.#held.values());
    let slot = 0;
    while (taken.has(slot)) slot++;
    this.#held.set(owner, slot);
    return slot;
  }

  /** Gives an owner the number that it had before. */
  restore(owner: TaskId, slot: number): void {
    this.#held.set(owner, slot);
  }

  free(owner: TaskId): void {
    this.#held.delete(owner);
  }
}

/**
 * First ports for a slot, best first: repositories begin at different ones, so that runs beside each
 * other rarely want the same.
 */
export function* firstPorts(repository: string, slot: number): Generator<number> {
  const start = hash(repository) % BLOCKS;
  for (let tried = 0; tried < BLOCKS; tried++) {
    yield FIRST_PORT + ((start + slot + tried) % BLOCKS) * PORTS_OF_SLOT;
  }
}

/** A project's name for docker compose, another for each task of each repository on the machine. */
export function composeProject(repository: string, task: TaskId): string {
  const words = task.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-").replace(/^-+/, "").slice(0, 40);
  return `parex-${words}-${hash(`${repository}\0${task}`).toString(16).padStart(8, "0")}`;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  }
  return value;
}
