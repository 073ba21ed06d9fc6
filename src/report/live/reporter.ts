import type { RunEvent } from "../../domain/event.ts";
import type { RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import type { Key } from "./keys.ts";
import type { Steer } from "./view.ts";

export type ReporterKind = "live" | "lines" | "json";

/** Where a reporter prints. */
export interface ReporterIo {
  out(text: string): void;
  err(text: string): void;
  colorErr: boolean;
  columns: number;
  /** What keys do in the live view; absent: it takes none. */
  controls?: Controls | undefined;
}

/** The keyboard, and what the live view asks for by it. Failures are thrown, with words for people. */
export interface Controls {
  listen(onKeys: (keys: readonly Key[]) => void): void;
  /** Gives the keyboard back. */
  close(): void;
  /** The transcript of a task's last attempt, or its changes, as lines for a terminal. */
  read(what: "log" | "diff", record: RunRecord, task: TaskId, columns: number): Promise<string>;
  /** Passes a request on to the run; returns what to say. */
  steer(record: RunRecord, request: Steer): Promise<string>;
  /** Ends the view and leaves the run; returns why it cannot. */
  leave(): string | undefined;
}

/** Shows a live run. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** Prints a line on stderr apart from the events; the live view continues below it. */
  say(text: string): void;
  /** Shows what is still to be shown, and lets go of the terminal. Once is enough. */
  stop(): void;
}
