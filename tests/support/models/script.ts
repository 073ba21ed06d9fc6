/** What a model is to say: steps that belong to a task, whichever API its client speaks. */

/** A turn of the model. */
export type Turn =
  | { kind: "text"; text: string }
  | { kind: "tool"; name: string; input: Record<string, unknown> }
  /** A command line for the client's own shell tool, whatever its name. */
  | { kind: "shell"; command: string };

/** What an API says that refuses a request. Each has its own words for it. */
export type Refusal = "limit" | "overload" | "no key" | "wrong key" | "no money" | "unknown model";

/** What happens in a turn's place. */
type Trouble =
  | { kind: "status"; status: number; headers: Record<string, string>; words: () => string }
  | { kind: "refuse"; why: Refusal; lasts: boolean }
  | { kind: "hang"; lasts: boolean };

export type Step = Turn | Trouble;

/** The model ends its turn with these words. */
export function text(words: string): Turn & { kind: "text" } {
  return { kind: "text", text: words };
}

/** The model calls a tool. */
export function tool(name: string, input: Record<string, unknown>): Turn & { kind: "tool" } {
  return { kind: "tool", name, input };
}

/** The model runs a command line. */
export function shell(command: string): Turn & { kind: "shell" } {
  return { kind: "shell", command };
}

/** The API refuses a request, with words that may tell a time from then. */
export function status(
  code: number,
  headers: Record<string, string> = {},
  words: string | (() => string) = `scripted refusal ${code}`,
): Trouble {
  const say = typeof words === "string" ? () => words : words;
  return { kind: "status", status: code, headers, words: say };
}

/** The API refuses a request as the real one does. */
export function refuse(why: Refusal): Trouble {
  return { kind: "refuse", why, lasts: false };
}

/** It refuses every request, until the server lifts it. */
export function refuseAll(why: Refusal): Trouble {
  return { kind: "refuse", why, lasts: true };
}

/** The API takes a request and never answers it. */
export function hang(): Trouble {
  return { kind: "hang", lasts: false };
}

/** It answers no request, until the server lifts it. */
export function hangAll(): Trouble {
  return { kind: "hang", lasts: true };
}

/** A request of a conversation with the model (not of a client's own side requests). */
export interface ModelRequest {
  task: string;
  model: string;
  tools: string[];
  /** All text of the user's messages, tool results included. */
  userText: string;
  messages: { role: string; content: unknown }[];
  /** The request before the messages, as it came: system prompt and tools. */
  beginning: string;
}

/** Chooses what each request gets. */
export class Scripts {
  readonly #happened = new Set<Step>();
  #lasting: Step | undefined;

  constructor(private readonly scripts: Record<string, Step[]>) {}

  /**
   * The step after that many turns of the model in the conversation. Refusals and hangs leave no
   * turn, so each happens once, or until it is lifted. A script that is over says "Done.".
   */
  next(task: string, turns: number): Step {
    for (const step of this.scripts[task] ?? []) {
      if (isTurn(step)) {
        if (turns-- === 0) return step;
      } else if (turns === 0 && !this.#happened.has(step)) {
        if ("lasts" in step && step.lasts) this.#lasting = step;
        else this.#happened.add(step);
        return step;
      }
    }
    return text("Done.");
  }

  /** Ends the trouble that lasts. */
  lift(): void {
    if (this.#lasting) this.#happened.add(this.#lasting);
  }
}

function isTurn(step: Step): step is Turn {
  return step.kind === "text" || step.kind === "tool" || step.kind === "shell";
}
