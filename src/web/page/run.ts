import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { RunEvent } from "../../domain/event.ts";
import { planRecord } from "../../domain/plan_record.ts";
import { applyToRuns, type RunRecord } from "../../domain/record.ts";
import { summarize, type Summary } from "../../report/run/summary.ts";
import { applyToTimeline, emptyTimeline, type Timeline } from "../../report/run/timeline.ts";
import type { Link, Source } from "./source.ts";

/** The current state of a run on the page. */
export interface Run {
  source: Source;
  link: Link;
  record: RunRecord;
  /** Each run that it is about, in their order. */
  runs: readonly OneRun[];
  summary: Summary;
  /** Milliseconds since the epoch; the last event of a run that is over. */
  now: number;
}

export interface OneRun {
  record: RunRecord;
  timeline: Timeline;
}

/** Redraws at most this often, however many events come. */
const REDRAW_MS = 150;
/** Clocks advance without events. */
const CLOCK_MS = 1000;

/** Follows a run; undefined until its first event. */
export function useFollowed(source: Source): Run | undefined {
  const [followed] = useState(() => ({
    runs: [] as RunRecord[],
    timelines: new Map<string, Timeline>(),
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
        applyToRuns(followed.runs, event);
        const timeline = followed.timelines.get(event.run) ?? emptyTimeline();
        followed.timelines.set(event.run, timeline);
        applyToTimeline(timeline, event);
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
  const { runs, link } = followed;
  const last = runs.at(-1);
  if (last === undefined || last.spans.length === 0) return undefined;
  const record = source.whole ? planRecord(runs) : last;
  const each = runs.map((record) => ({
    record,
    timeline: followed.timelines.get(record.run) ?? emptyTimeline(),
  }));
  const live = link !== "over" && !record.finished;
  const now = !live
    ? each.at(-1)?.timeline.end ?? 0
    : source.savedAt === undefined
    ? Date.now()
    : Date.parse(source.savedAt);
  const summary = summarize(record, live ? now : undefined);
  return { source, link, record, runs: each, summary, now };
}

export const RunContext = createContext<Run | undefined>(undefined);

/** The run that the page shows. */
export function useRun(): Run {
  const run = useContext(RunContext);
  if (!run) throw new Error("no run");
  return run;
}
