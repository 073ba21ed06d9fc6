import type { Key } from "./keys.ts";
import type { TaskId } from "../../domain/task.ts";

/** What a person looks at in the live view, and is about to do. */
export interface View {
  /** The task that keys act on; absent: none is marked. */
  task?: TaskId | undefined;
  /** Instead of the tasks: the help, or a text about one of them. */
  pane?: { what: "log" | "diff" | "help"; from: number } | undefined;
  prompt?: { ask: "stop" } | { ask: "answer"; text: string } | undefined;
  /** What the last key led to. */
  said?: string | undefined;
}

/** How a frame is drawn. */
export interface FrameOptions {
  /** Milliseconds since the epoch. */
  now: number;
  columns: number;
  rows: number;
  color: boolean;
  /** Absent: there are no keys. */
  view?: View | undefined;
  /** What the view's pane shows. */
  text?: readonly string[] | undefined;
}

/** What a key asks the run for. */
export type Steer =
  | { ask: "retry" | "stop"; task: TaskId }
  | { ask: "answer"; task: TaskId; text: string };

/** What a key asks for beyond the view. */
export type Request = Steer | { ask: "log" | "diff"; task: TaskId } | { ask: "leave" };

/** What the keys decide by. */
export interface Shown {
  /** The tasks on the screen, from top to bottom. */
  tasks: readonly { id: TaskId; asks: boolean }[];
  /** Lines of a pane that fit the screen, and how many it has. */
  page: number;
  lines: number;
}

/** The view after a key, and what else it asks for. */
export function press(view: View, key: Key, shown: Shown): { view: View; request?: Request } {
  const quiet = { ...view, said: undefined };
  if (view.prompt) return answerPrompt(quiet, view.prompt, key);
  if (view.pane) return inPane(quiet, view.pane, key, shown);
  const at = shown.tasks.findIndex(({ id }) => id === view.task);
  const move = (to: number) => ({ view: { ...quiet, task: shown.tasks[to]?.id ?? view.task } });
  const last = shown.tasks.length - 1;
  if ("text" in key) return command(quiet, key.text, shown);
  switch (key.name) {
    case "up":
      return move(at < 0 ? last : Math.max(0, at - 1));
    case "down":
      return move(Math.min(last, at + 1));
    case "home":
    case "pageup":
      return move(0);
    case "end":
    case "pagedown":
      return move(last);
    case "enter":
      return command(quiet, "\r", shown);
    default:
      return { view: { ...quiet, task: undefined } };
  }
}

/** A letter that is a command. Without a marked task it is about the first one. */
function command(view: View, letter: string, { tasks }: Shown): { view: View; request?: Request } {
  const marked = tasks.find(({ id }) => id === view.task);
  const target = marked ?? tasks[0];
  const reading = (what: "log" | "diff") =>
    target
      ? {
        view: { ...view, task: target.id, pane: { what, from: what === "log" ? Infinity : 0 } },
        request: { ask: what, task: target.id },
      }
      : { view };
  switch (letter) {
    case "\r":
    case "l":
      return reading("log");
    case "d":
      return reading("diff");
    case "k":
      return press(view, { name: "up" }, { tasks, page: 0, lines: 0 });
    case "j":
      return press(view, { name: "down" }, { tasks, page: 0, lines: 0 });
    case "r":
      return target
        ? { view: { ...view, task: target.id }, request: { ask: "retry", task: target.id } }
        : { view };
    case "s":
      return target ? { view: { ...view, task: target.id, prompt: { ask: "stop" } } } : { view };
    case "a": {
      const asking = marked?.asks ? marked : tasks.find(({ asks }) => asks);
      if (!asking) return { view: { ...view, said: "no task has an open question" } };
      return { view: { ...view, task: asking.id, prompt: { ask: "answer", text: "" } } };
    }
    case "q":
      return { view, request: { ask: "leave" } };
    case "?":
    case "h":
      return { view: { ...view, pane: { what: "help", from: 0 } } };
    default:
      return { view };
  }
}

function answerPrompt(
  view: View,
  prompt: NonNullable<View["prompt"]>,
  key: Key,
): { view: View; request?: Request } {
  const closed = { ...view, prompt: undefined };
  const { task } = view;
  if (task === undefined) return { view: closed };
  if (prompt.ask === "stop") {
    const yes = "text" in key && key.text.toLowerCase() === "y";
    return yes ? { view: closed, request: { ask: "stop", task } } : { view: closed };
  }
  const written = (text: string) => ({ view: { ...view, prompt: { ...prompt, text } } });
  if ("text" in key) return written(prompt.text + key.text);
  switch (key.name) {
    case "enter": {
      const text = prompt.text.trim();
      return text === "" ? { view } : { view: closed, request: { ask: "answer", task, text } };
    }
    case "backspace":
      return written([...prompt.text].slice(0, -1).join(""));
    case "escape":
      return { view: closed };
    default:
      return { view };
  }
}

function inPane(
  view: View,
  pane: NonNullable<View["pane"]>,
  key: Key,
  { page, lines }: Shown,
): { view: View } {
  const last = Math.max(0, lines - page);
  const from = Math.min(pane.from, last);
  // At its end it follows what is added.
  const scroll = (to: number) => {
    const next = to >= last ? (pane.what === "log" ? Infinity : last) : Math.max(0, to);
    return { view: { ...view, pane: { ...pane, from: next } } };
  };
  const closed = { view: { ...view, pane: undefined } };
  if ("text" in key) {
    switch (key.text) {
      case "k":
        return scroll(from - 1);
      case "j":
        return scroll(from + 1);
      case " ":
        return scroll(from + page);
      case "q":
        return closed;
      default:
        return { view };
    }
  }
  switch (key.name) {
    case "up":
      return scroll(from - 1);
    case "down":
      return scroll(from + 1);
    case "pageup":
      return scroll(from - page);
    case "pagedown":
      return scroll(from + page);
    case "home":
      return scroll(0);
    case "end":
      return scroll(lines);
    default:
      return closed;
  }
}
