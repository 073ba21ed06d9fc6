import type { RunEvent } from "../domain/event.ts";
import { resultOf } from "../domain/failed.ts";
import { liveRun, readJournal, runDir } from "../journal/store.ts";
import { followJournal } from "../journal/tail.ts";
import type { StreamMessage } from "./page/data.ts";
import type { WebRun } from "./served_run.ts";

/** Events that come close together go out as one message. */
const GATHER_MS = 100;
/** Whether the run is live is asked at most this often. */
const LOOK_MS = 1_000;

/** Where a client's stream broke off: the last event that it has heard. */
export interface Heard {
  run: string;
  seq: number;
}

/** The event that an id of the stream names; undefined: none. */
export function heardIn(id: string | null): Heard | undefined {
  const [, run, seq] = /^(\S+) (\d+)$/.exec(id ?? "") ?? [];
  return run === undefined ? undefined : { run, seq: Number(seq) };
}

/**
 * The events after the one that was heard, as server-sent events: of the plan's earlier runs, then of the
 * run itself until it is over. `following` holds a promise until the stream lets go of the journal.
 */
export function eventStream(
  run: WebRun,
  heard: Heard | undefined,
  { stopping, following }: { stopping: AbortSignal; following: Set<Promise<void>> },
): Response {
  const { promise, resolve: closed } = Promise.withResolvers<void>();
  following.add(promise);
  void promise.then(() => following.delete(promise));
  const encoder = new TextEncoder();
  let gone = false;
  const lives = everySoOften(() => liveRun(run.repo.commonDir)?.run === run.id);
  const ended = () => gone || stopping.aborted;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (message: StreamMessage, last?: RunEvent) => {
        if (ended()) return;
        const head = last === undefined ? "" : `id: ${last.run} ${last.seq}\n`;
        controller.enqueue(encoder.encode(`${head}data: ${JSON.stringify(message)}\n\n`));
      };
      const gather = gatherer((events) => send({ events }, events.at(-1)));
      try {
        for await (const event of eventsOf(run, () => !ended() && lives())) {
          if (ended()) break;
          if (isAfter(event, heard)) gather.add(event);
        }
      } finally {
        closed();
      }
      gather.flush();
      send({ over: true });
      if (!gone) controller.close();
    },
    cancel() {
      gone = true;
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function* eventsOf(run: WebRun, alive: () => boolean): AsyncGenerator<RunEvent> {
  for (const earlier of run.earlier ?? []) {
    const events = await resultOf(() => readJournal(runDir(run.repo.commonDir, earlier)));
    // A journal that cannot be read leaves the others.
    if (events.ok) yield* events.value;
  }
  yield* followJournal(run.dir, alive);
}

/** Ids of runs are in the order of their starts. */
function isAfter({ run, seq }: RunEvent, heard: Heard | undefined): boolean {
  if (heard === undefined || run > heard.run) return true;
  return run === heard.run && seq > heard.seq;
}

function gatherer(send: (events: RunEvent[]) => void) {
  let gathered: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length > 0) send(gathered);
    gathered = [];
  };
  const add = (event: RunEvent) => {
    gathered.push(event);
    timer ??= setTimeout(flush, GATHER_MS);
  };
  return { add, flush };
}

/** The cached answer of a question that is asked at most once per interval. */
function everySoOften(look: () => boolean): () => boolean {
  let at = -Infinity;
  let answer = false;
  return () => {
    if (performance.now() - at >= LOOK_MS) [at, answer] = [performance.now(), look()];
    return answer;
  };
}
