import type { RunEvent } from "../../domain/event.ts";
import type { TaskId } from "../../domain/task.ts";
import type { TranscriptItem } from "../../domain/transcript_item.ts";
import type { PageData, SavedRun, ServedRun, StreamMessage } from "./data.ts";

/** `lost`: the server does not answer; the browser tries again. */
export type Link = "live" | "over" | "lost";

/** Where the page has its run from. */
export interface Source {
  /** ISO 8601; absent: it is served. */
  savedAt?: string;
  /** The events are of all runs of the plan. */
  whole: boolean;
  follow(onEvents: (events: RunEvent[]) => void, onLink: (link: Link) => void): void;
  transcript(task: TaskId, call: number): Promise<TranscriptItem[] | null>;
  log(task: TaskId, check: number): Promise<string | null>;
  diff(task: TaskId): Promise<string | null>;
  /** Passes an answer on; rejects with why it was not taken. Absent: the page is read-only. */
  answer?: (task: TaskId, answer: string) => Promise<void>;
  /** The same for a task that is to be retried or stopped. */
  steer?: (ask: "retry" | "stop", task: TaskId) => Promise<void>;
}

export function sourceOf(data: PageData): Source {
  return data.kind === "saved" ? savedSource(data) : servedSource(data);
}

function savedSource({ events, savedAt, live, whole, tasks }: SavedRun): Source {
  return {
    savedAt,
    whole,
    follow(onEvents, onLink) {
      onEvents(events);
      onLink(live ? "live" : "over");
    },
    transcript: (task, call) => Promise.resolve(tasks[task]?.transcripts[call] ?? null),
    log: (task, check) => Promise.resolve(tasks[task]?.logs[check] ?? null),
    diff: (task) => Promise.resolve(tasks[task]?.diff ?? null),
  };
}

function servedSource({ control, whole }: ServedRun): Source {
  const token = new URLSearchParams(location.search).get("token") ?? "";
  const address = (path: string, params: Record<string, string> = {}) =>
    `${path}?${new URLSearchParams({ token, ...params })}`;
  const get = async (path: string, params: Record<string, string>) => {
    const response = await fetch(address(path, params));
    return response.ok ? await response.json() : null;
  };
  const post = async (path: string, body: object) => {
    const response = await fetch(address(path), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error((await response.text()).trim());
  };
  return {
    whole,
    follow(onEvents, onLink) {
      const stream = new EventSource(address("/events"));
      stream.onopen = () => onLink("live");
      stream.onerror = () => onLink("lost");
      stream.onmessage = ({ data }) => {
        const message: StreamMessage = JSON.parse(data);
        if ("events" in message) return onEvents(message.events);
        stream.close();
        onLink("over");
      };
    },
    transcript: (task, call) => get("/transcript", { task, at: String(call) }),
    log: (task, check) => get("/log", { task, at: String(check) }),
    diff: (task) => get("/diff", { task }),
    ...(control && {
      answer: (task: TaskId, answer: string) => post("/answer", { task, answer }),
      steer: (ask: "retry" | "stop", task: TaskId) => post("/steer", { ask, task }),
    }),
  };
}
