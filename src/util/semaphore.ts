/** Gives a permit back. Calling it again does nothing. */
export type Release = () => void;

/** A number of permits, given out in the order in which they were asked for. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.#free = Math.max(1, Math.floor(permits));
  }

  /** Waits for a permit. Undefined: the signal was aborted before there was one. */
  take(signal?: AbortSignal): Promise<Release | undefined> {
    if (signal?.aborted) return Promise.resolve(undefined);
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(this.#release());
    }
    return new Promise((resolve) => {
      const grant = () => {
        signal?.removeEventListener("abort", giveUp);
        resolve(this.#release());
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(grant), 1);
        resolve(undefined);
      };
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(grant);
    });
  }

  /** Adds permits. */
  add(permits: number): void {
    for (let added = 0; added < permits; added++) this.#giveOn();
  }

  #giveOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  #release(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#giveOn();
    };
  }
}
