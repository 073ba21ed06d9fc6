import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { RunEvent } from "../../domain/event.ts";
import { applyEvent, emptyRecord, type RunRecord } from "../../domain/record.ts";
import { summarize, type Summary } from "../../report/run/summary.ts";
import { applyToTimeline, emptyTimeline, type Timeline } from "../../report/run/timeline.ts";
import type { Link, Source } from "./source.ts";

/** The current state of a run on the page. */
export interface Run {
  source: Source;
  link: Link;
  record: RunRecord;
  timeline: Timeline;
  summary: Summary;
  /** Milliseconds since the epoch; the last event of a run that is over. */
  now: number;
}

/** Redraws at most this often, however many events come. */
const REDRAW_MS = 150;
/** Clocks advance without events. */
const CLOCK_MS = 1000;

/** Follows a run; undefined until its first event. */
export function useFollowed(source: Source): Run | undefined {
  const [followed] = useState(() => ({
    record: emptyRecord(),
    timeline: emptyTimeline(),
    link: "live" as Link,
  }));
  const [, redraw] = useState(0);
  useEffect(() => {
    let timer: number | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        redraw((count) => count + 1);
      }, REDRAW_MS) as unknown as number;
    };
    source.follow((events: RunEvent[]) => {
      for (const event of events) {
        applyEvent(followed.record, event);
        applyToTimeline(followed.timeline, event);
      }
      soon();
    }, (link) => {
      followed.link = link;
      soon();
    });
    if (source.savedAt !== undefined) return;
    const clock = setInterval(() => followed.link === "over" || soon(), CLOCK_MS);
    return () => clearInterval(clock);
  }, [source]);
  const { record, timeline, link } = followed;
  if (record.spans.length === 0) return undefined;
  const live = link !== "over" && !record.finished;
  const now = !live
    ? timeline.end
    : source.savedAt === undefined
    ? Date.now()
    : Date.parse(source.savedAt);
  const summary = summarize(record, live ? now : undefined);
  return { source, link, record, timeline, summary, now };
}

export const RunContext = createContext<Run | undefined>(undefined);

/** The run that the page shows. */
export function useRun(): Run {
  const run = useContext(RunContext);
  if (!run) throw new Error("no run");
  return run;
}
