import type { RunEvent } from "../../domain/event.ts";

export type ReporterKind = "live" | "lines" | "json";

/** Where a reporter prints. */
export interface ReporterIo {
  out(text: string): void;
  err(text: string): void;
  colorErr: boolean;
  columns: number;
}

/** Shows a run while it goes on. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** Tells something beside the events, on stderr; the live view goes on below it. */
  say(text: string): void;
  /** Shows what is still to be shown, and lets go of the terminal. Once is enough. */
  stop(): void;
}
