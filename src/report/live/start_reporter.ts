import { jsonLine } from "../json.ts";
import { linesOf } from "./event_lines.ts";
import { startLive } from "./live.ts";
import type { Reporter, ReporterIo, ReporterKind } from "./reporter.ts";

/** The live view and lines go to stderr, NDJSON to stdout. */
export function startReporter(kind: ReporterKind, io: ReporterIo): Reporter {
  switch (kind) {
    case "live":
      return startLive({
        color: io.colorErr,
        columns: io.columns,
        err: io.err,
        controls: io.controls,
      });
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
