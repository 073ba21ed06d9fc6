import type { Usage } from "../domain/event.ts";
import type { RefusalWhy } from "../domain/failure.ts";
import type { ToolCall, ToolResult } from "./tool_call.ts";
import { addReported, type ReportedUsage } from "./usage.ts";

/** The content of one line of an agent's output. */
export interface LineFacts {
  /** The conversation's id. */
  session?: string | undefined;
  /** What the model wrote; with `continues`, the next part of it; with `repeats`, once more. */
  said?: string | undefined;
  continues?: boolean;
  repeats?: boolean;
  calls?: ToolCall[];
  results?: ToolResult[];
  used?: ReportedUsage | undefined;
  /** What went wrong; with `failed`, for good. Without words: it recovered. */
  error?: string | undefined;
  failed?: boolean | undefined;
  /** Why the API refused a request that is tried again. */
  retried?: string | undefined;
  /** Whether its work is over: false while the model has not read a tool's result yet. */
  ended?: boolean;
  /** A limit or a refusal in machine-readable form; null: it is lifted. */
  obstacle?: Obstacle | null | undefined;
}

/** Why the model does not answer. */
export type Obstacle =
  /** Waiting helps; `until` in milliseconds since the epoch. */
  | { limit: "quota" | "overload"; until?: number | undefined }
  /** Waiting does not help, and no other attempt would get further. */
  | { refusal: RefusalWhy }
  /** The attempt's own budget is used up. */
  | { budget: true };

/** The content of the whole output so far. */
export interface OutputState extends Pick<LineFacts, "session" | "error" | "failed"> {
  said: string;
  usage: Usage;
  ended?: boolean | undefined;
  obstacle?: Obstacle | undefined;
  /** The agent has shown that it works. */
  worked: boolean;
}

export const NO_OUTPUT: OutputState = { said: "", usage: {}, worked: false };

/** Adds one more line. */
export function addLine(
  told: OutputState,
  heard: LineFacts,
  before: Usage | undefined,
): OutputState {
  const { said, used, obstacle } = heard;
  const spoke = said !== undefined;
  return {
    session: heard.session ?? told.session,
    said: heard.continues ? told.said + (said ?? "") : said ?? told.said,
    usage: used === undefined ? told.usage : addReported(told.usage, used, before),
    // Output after an error means that the client recovered.
    error: heard.error ?? (spoke ? "" : told.error),
    failed: heard.failed || told.failed,
    ended: heard.ended ?? told.ended,
    obstacle: obstacle ?? (obstacle === null || spoke ? undefined : told.obstacle),
    worked: told.worked || Boolean(said) || heard.calls !== undefined,
  };
}
