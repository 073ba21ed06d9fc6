import process from "node:process";
import { createLogUpdate } from "log-update";
import { selectedTasks } from "../../domain/metrics.ts";
import { applyEvent, emptyRecord, type RunRecord } from "../../domain/record.ts";
import type { TaskId } from "../../domain/task.ts";
import { asks } from "./attention.ts";
import type { Key } from "./keys.ts";
import { frame, tasksInFrame } from "./live_frame.ts";
import { HELP, paneRows } from "./pane.ts";
import type { Controls, Reporter } from "./reporter.ts";
import { type FrameOptions, press, type Request, type View } from "./view.ts";

/** What is drawn on: stderr as Node's streams show it, with its present size. */
export type Terminal = NodeJS.WritableStream & { columns?: number; rows?: number };

export interface LiveOptions {
  color: boolean;
  columns: number;
  err(text: string): void;
  terminal?: Terminal;
  /** Absent: the view takes no keys. */
  controls?: Controls | undefined;
}

/** At most this often, however many events come. */
const REDRAW_MS = 100;
/** Clocks advance without events, and an open log grows. */
const CLOCK_MS = 1000;
const DEFAULT_ROWS = 24;

/** Draws a run on a terminal, over and over in the same place; its last frame stays. */
export function startLive(options: LiveOptions): Reporter {
  const live = new Live(options);
  return {
    onEvent: (event) => live.take(event),
    say: (text) => live.say(text),
    stop: () => live.stop(),
  };
}

class Live {
  readonly #record: RunRecord = emptyRecord();
  readonly #update;
  readonly #clock;
  readonly #options: LiveOptions & { terminal: Terminal };
  #view: View | undefined;
  #text: readonly string[] = [];
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: LiveOptions) {
    this.#options = { terminal: process.stderr, ...options };
    // A hidden cursor would stay hidden if parex were killed.
    this.#update = createLogUpdate(this.#options.terminal, { showCursor: true });
    this.#clock = setInterval(() => this.#tick(), CLOCK_MS);
    if (!options.controls) return;
    this.#view = {};
    options.controls.listen((keys) => this.#press(keys));
  }

  take(event: Parameters<Reporter["onEvent"]>[0]): void {
    applyEvent(this.#record, event);
    this.#redraw();
  }

  say(text: string): void {
    // Unlike the stream, `err` tolerates a terminal that is gone.
    this.#options.err("\r\x1b[J" + text + "\n");
    this.#update.done();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#clock);
    this.#options.controls?.close();
    this.#view = undefined;
    this.#draw();
    this.#update.done();
    this.#options.terminal.write("\n");
  }

  #redraw(): void {
    this.#waiting ??= setTimeout(() => this.#draw(), REDRAW_MS);
  }

  #draw(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    if (this.#record.spans.length === 0) return;
    this.#update(frame(this.#record, this.#frameOptions()));
  }

  #frameOptions(): FrameOptions {
    const { terminal, columns, color } = this.#options;
    return {
      now: Date.now(),
      columns: terminal.columns || columns,
      rows: terminal.rows || DEFAULT_ROWS,
      color,
      view: this.#view,
      text: this.#text,
    };
  }

  #tick(): void {
    const { task, pane } = this.#view ?? {};
    if (task !== undefined && pane?.what === "log") void this.#read("log", task);
    this.#draw();
  }

  #press(keys: readonly Key[]): void {
    for (const key of keys) {
      if (!this.#view || this.#stopped) return;
      const { view, request } = press(this.#view, key, this.#shown());
      this.#view = view;
      if (request) void this.#do(request);
    }
    this.#draw();
  }

  #shown() {
    const options = this.#frameOptions();
    const byId = this.#record.tasks;
    const ids = this.#view?.pane ? selectedTasks(this.#record).map(({ id }) => id) : tasksInFrame(
      this.#record,
      options,
    );
    return {
      tasks: ids.flatMap((id) => {
        const task = byId.get(id);
        return task ? [{ id, asks: asks(task) }] : [];
      }),
      // Below the text are an empty line and the keys, and the line of the cursor.
      page: paneRows(options.rows - 3),
      lines: this.#view?.pane?.what === "help" ? HELP.length : this.#text.length,
    };
  }

  async #do(request: Request): Promise<void> {
    const { controls } = this.#options;
    if (!controls) return;
    try {
      switch (request.ask) {
        case "log":
        case "diff":
          this.#text = [];
          return await this.#read(request.ask, request.task);
        case "leave":
          return this.#say(controls.leave());
        default:
          return this.#say(await controls.steer(this.#record, request));
      }
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error));
    }
  }

  async #read(what: "log" | "diff", task: TaskId): Promise<void> {
    const { controls, columns, terminal } = this.#options;
    const text = await controls?.read(what, this.#record, task, terminal.columns || columns) ?? "";
    const { pane, task: marked } = this.#view ?? {};
    if (pane?.what !== what || marked !== task) return;
    this.#text = text.trimEnd() === "" ? [] : text.trimEnd().split("\n");
    this.#draw();
  }

  #say(text: string | undefined): void {
    if (this.#view && text !== undefined) this.#view = { ...this.#view, said: text };
    if (!this.#stopped) this.#draw();
  }
}
