import type { RunEvent } from "../domain/event.ts";
import { type Env, processEnv } from "../exec/env.ts";
import { startProcess } from "../exec/process.ts";
import { type Notification, notificationMaker } from "../report/run/notification.ts";
import { endOf, messageOf, plainLine } from "../util/text.ts";

/** A command that takes longer is ended: the end of a run must not wait for it. */
const TIMEOUT_MS = 15_000;
const GRACE_MS = 500;
/** Of what a failed command printed on stderr. Characters. */
const SHOWN = 500;

export interface NotifierOptions {
  /** A line for the shell; absent: none is run. */
  command: string | undefined;
  cwd: string;
  /** Shows a notification on a terminal, if there is one. */
  ring?: ((notification: Notification) => void) | undefined;
  /** Told once, if the command fails. */
  onFailure: (why: string) => void;
}

/** Tells a person who does not watch a run about questions, blocked tasks and its end. */
export class Notifier {
  readonly #make = notificationMaker();
  /** The commands run one after the other, in the order of the events. */
  #last: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(private readonly options: NotifierOptions) {}

  onEvent(event: RunEvent): void {
    const notification = this.#make(event);
    if (!notification) return;
    this.options.ring?.(notification);
    const { command } = this.options;
    if (command === undefined) return;
    this.#last = this.#last.then(() => this.#run(command, notification));
  }

  /** Waits for the commands that are still running. */
  async close(): Promise<void> {
    await this.#last;
  }

  async #run(command: string, notification: Notification): Promise<void> {
    let printed = "";
    const decoder = new TextDecoder();
    const take = (chunk: Uint8Array) => {
      printed = endOf(printed + decoder.decode(chunk, { stream: true }), SHOWN);
    };
    try {
      const { code, by } = await startProcess({
        argv: ["sh", "-c", command],
        cwd: this.options.cwd,
        env: { ...processEnv(), ...variablesOf(notification) },
        input: JSON.stringify(notification) + "\n",
        onStdout: () => {},
        onStderr: take,
        timeoutMs: TIMEOUT_MS,
        graceMs: GRACE_MS,
      }).end;
      if (by === "timeout") this.#fail(`was ended after ${TIMEOUT_MS / 1000} s`);
      else if (code !== 0) this.#fail(`exit code ${code ?? "none"}: ${plainLine(printed)}`);
    } catch (error) {
      this.#fail(messageOf(error));
    }
  }

  #fail(why: string): void {
    if (this.#failed) return;
    this.#failed = true;
    this.options.onFailure(why);
  }
}

function variablesOf({ event, run, plan, task, title, message, next }: Notification): Env {
  return {
    PAREX_NOTIFY_EVENT: event,
    PAREX_NOTIFY_RUN: run,
    PAREX_NOTIFY_PLAN: plan,
    PAREX_NOTIFY_TASK: task ?? "",
    PAREX_NOTIFY_TITLE: title,
    PAREX_NOTIFY_MESSAGE: message,
    PAREX_NOTIFY_NEXT: next,
  };
}
