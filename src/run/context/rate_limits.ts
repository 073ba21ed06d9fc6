import { Backoff, settledOrAborted } from "../../util/backoff.ts";

/** A usage limit of an agent's account. */
export interface Limit {
  /** Milliseconds since the epoch. */
  until: number;
  why: string;
}

interface AgentState {
  limit?: Limit | undefined;
  /** The agent has answered since the run began, or since its last limit. */
  answered: boolean;
  /** One attempt goes ahead of the others; settles when its answer has begun, or it is over. */
  ahead?: Promise<void>;
}

/** How long an attempt waits for the answer to the one that goes ahead. */
const AHEAD_MS = 5_000;

/**
 * Decides when attempts may start. A usage limit belongs to the account: an attempt that starts before its
 * reset only meets it again. Attempts also begin with the same prompt: once one has its answer, the others
 * are served from the cache.
 */
export class RateLimits {
  readonly #agents = new Map<string, AgentState>();
  readonly #waits = new Backoff();

  /** The limit that an agent is under now. */
  limitOf(agent: string): Limit | undefined {
    const limit = this.#agents.get(agent)?.limit;
    return limit && limit.until > Date.now() ? limit : undefined;
  }

  /** An attempt has met a limit. Returns the one that holds, and whether it is news. */
  close(agent: string, met: Limit): Limit & { news: boolean } {
    const known = this.limitOf(agent);
    if (known && known.until >= met.until) return { ...known, news: false };
    this.#stateOf(agent).limit = met;
    return { ...met, news: met.until > Date.now() };
  }

  /** How often in a row the end of a limit was guessed. */
  guesses(agent: string): number {
    return this.#waits.count(agent);
  }

  /** The same for a limit without a known reset time: one attempt then finds out for all. */
  guess(agent: string, why: string): Limit & { news: boolean } {
    const known = this.limitOf(agent);
    if (known) return { ...known, news: false };
    const state = this.#stateOf(agent);
    const pause = this.#waits.next(agent, { anew: state.answered });
    state.answered = false;
    return this.close(agent, { until: Date.now() + pause, why });
  }

  /**
   * Waits until an attempt may start behind one that goes ahead, at most a few seconds. Returns what to call
   * when its own answer has begun, and when it is over.
   */
  async follow(agent: string, signal: AbortSignal): Promise<{ answered(): void; over(): void }> {
    const state = this.#stateOf(agent);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), AHEAD_MS);
    const patience = AbortSignal.any([signal, deadline.signal]);
    while (state.ahead && !state.answered && !patience.aborted) {
      await settledOrAborted(state.ahead, patience);
    }
    clearTimeout(timer);
    return this.#lead(state);
  }

  #lead(state: AgentState): { answered(): void; over(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const leads = !state.answered && state.ahead === undefined;
    if (leads) state.ahead = promise;
    const over = () => {
      if (leads && state.ahead === promise) delete state.ahead;
      resolve();
    };
    return {
      over,
      answered: () => {
        state.answered = true;
        over();
      },
    };
  }

  #stateOf(agent: string): AgentState {
    const known = this.#agents.get(agent);
    if (known) return known;
    const state: AgentState = { answered: false };
    this.#agents.set(agent, state);
    return state;
  }
}
