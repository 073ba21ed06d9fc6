import process from "node:process";
import { createLogUpdate } from "log-update";
import { applyEvent, emptyRecord } from "../../domain/record.ts";
import { frame } from "./live_frame.ts";
import type { Reporter } from "./reporter.ts";

/** What is drawn on: stderr as Node's streams show it, with its present size. */
export type Terminal = NodeJS.WritableStream & { columns?: number; rows?: number };

/** At most this often, however many events come. */
const REDRAW_MS = 100;
/** Clocks advance without events. */
const CLOCK_MS = 1000;
const DEFAULT_ROWS = 24;

/** Draws a run on a terminal, over and over in the same place; its last frame stays. */
export function startLive(
  { color, columns, err, terminal = process.stderr }: {
    color: boolean;
    columns: number;
    err(text: string): void;
    terminal?: Terminal;
  },
): Reporter {
  const record = emptyRecord();
  // A hidden cursor would stay hidden if parex were killed.
  const update = createLogUpdate(terminal, { showCursor: true });
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const draw = () => {
    clearTimeout(waiting);
    waiting = undefined;
    if (record.spans.length === 0) return;
    update(frame(record, {
      now: Date.now(),
      columns: terminal.columns || columns,
      rows: terminal.rows || DEFAULT_ROWS,
      color,
    }));
  };
  const clock = setInterval(draw, CLOCK_MS);
  return {
    onEvent(event) {
      applyEvent(record, event);
      waiting ??= setTimeout(draw, REDRAW_MS);
    },
    say(text) {
      // Unlike the stream, `err` tolerates a terminal that is gone.
      err("\r\x1b[J" + text + "\n");
      update.done();
    },
    stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(clock);
      draw();
      update.done();
      terminal.write("\n");
    },
  };
}
