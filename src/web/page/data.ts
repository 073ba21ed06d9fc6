import type { RunEvent } from "../../domain/event.ts";
import type { TaskId } from "../../domain/task.ts";
import type { TranscriptItem } from "../../domain/transcript_item.ts";

/** What the page is given: the address of a run to follow, or all that a report holds. */
export type PageData = ServedRun | SavedRun;

export interface ServedRun {
  kind: "live";
  control: boolean;
  /** It shows the plan over all its runs; else one run. */
  whole: boolean;
}

/** A run with everything that its page shows. */
export interface SavedRun {
  kind: "saved";
  /** The events are of all runs of the plan; else of one. */
  whole: boolean;
  events: RunEvent[];
  /** Whether it was still live. */
  live: boolean;
  /** ISO 8601 */
  savedAt: string;
  tasks: Record<TaskId, SavedTask>;
}

export interface SavedTask {
  /** One for each call of an agent; null: there is none. */
  transcripts: (TranscriptItem[] | null)[];
  /** One for each check; null: there is none. */
  logs: (string | null)[];
  /** As git prints it; null: there is none. */
  diff: string | null;
}

/** A message of the stream of events: some more of them, or that no more will come. */
export type StreamMessage = { events: RunEvent[] } | { over: true };
