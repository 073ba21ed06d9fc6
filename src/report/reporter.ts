import type { RunEvent } from "../domain/event.ts";
import { jsonLine } from "./json.ts";
import { linesOf } from "./lines.ts";
import { startLive } from "./live.ts";

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

/** The live view and lines go to stderr, NDJSON to stdout. */
export function startReporter(kind: ReporterKind, io: ReporterIo): Reporter {
  switch (kind) {
    case "live":
      return startLive({ color: io.colorErr, columns: io.columns, err: io.err });
    case "lines":
      return {
        onEvent(event) {
          for (const line of linesOf(event, { color: io.colorErr })) io.err(line + "\n");
        },
        say: (text) => io.err(text + "\n"),
        stop() {},
      };
    case "json":
      return {
        onEvent: (event) => io.out(jsonLine(event)),
        say: (text) => io.err(text + "\n"),
        stop() {},
      };
  }
}
