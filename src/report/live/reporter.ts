import type { RunEvent } from "../../domain/event.ts";

export type ReporterKind = "live" | "lines" | "json";

/** Where a reporter prints. */
export interface ReporterIo {
  out(text: string): void;
  err(text: string): void;
  colorErr: boolean;
  columns: number;
}

/** Shows a live run. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** Prints a line on stderr apart from the events; the live view continues below it. */
  say(text: string): void;
  /** Shows what is still to be shown, and lets go of the terminal. Once is enough. */
  stop(): void;
}
