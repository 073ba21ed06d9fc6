import type { Usage } from "../domain/event.ts";
import type { RefusalWhy } from "../domain/failure.ts";
import { type UsageTold, usedBy } from "./used.ts";

/** What one line of an agent's output tells. */
export interface Heard {
  /** The conversation's id. */
  session?: string;
  /** What it is doing now. */
  doing?: string;
  /** What the model wrote; with `continues`, the next part of it. */
  said?: string;
  continues?: boolean;
  used?: UsageTold;
  /** What went wrong; with `failed`, for good. Without words: it recovered. */
  error?: string;
  failed?: boolean;
  /** Why the API refused a request that is tried again. */
  retried?: string;
  /** Whether its work is over: false while a tool's result is still to be looked at. */
  ended?: boolean;
  /** What a limit or a refusal was told to be in a form for programs; null: it is lifted. */
  obstacle?: Obstacle | null;
}

/** Why the model does not answer. */
export type Obstacle =
  /** Waiting helps; `until` in milliseconds since the epoch. */
  | { limit: "quota" | "overload"; until?: number }
  /** Waiting does not help, and no other attempt would get further. */
  | { refusal: RefusalWhy }
  /** The attempt's own budget is used up. */
  | { budget: true };

/** What the whole output has told so far. */
export interface Told extends Pick<Heard, "session" | "error" | "failed" | "ended"> {
  said: string;
  usage: Usage;
  obstacle?: Obstacle;
  /** The agent was heard at work. */
  worked: boolean;
}

export const NOTHING_TOLD: Told = { said: "", usage: {}, worked: false };

/** Takes one more line into what was told. */
export function fold(told: Told, heard: Heard, before: Usage | undefined): Told {
  const { session, said, doing, error, failed, ended, used, obstacle } = heard;
  const words = said !== undefined && said !== "" || doing !== undefined;
  const { obstacle: known, ...rest } = told;
  const inTheWay = obstacle ?? (obstacle === null || said !== undefined ? undefined : known);
  return {
    ...rest,
    ...(session === undefined ? {} : { session }),
    // Words after an error mean that the client recovered.
    ...(said === undefined ? {} : { said: heard.continues ? told.said + said : said, error: "" }),
    ...(used === undefined ? {} : { usage: usedBy(told.usage, used, before) }),
    ...(error === undefined ? {} : { error }),
    ...(failed ? { failed } : {}),
    ...(ended === undefined ? {} : { ended }),
    ...(inTheWay === undefined ? {} : { obstacle: inTheWay }),
    worked: told.worked || words,
  };
}

/** A line that tells one thing, if it does. */
export function optional<K extends keyof Heard>(key: K, value: Heard[K] | undefined): Heard {
  return value === undefined ? {} : { [key]: value };
}
