import type { EventOf, RunEvent } from "../../domain/event.ts";
import type { Status, TaskId } from "../../domain/task.ts";

/** What a task spends its time on. */
export type Phase =
  | "waiting"
  | "preparing"
  | "agent"
  | "queued"
  | "checks"
  | "landing"
  | "limit"
  | "question";

/** A span of one phase, in milliseconds since the epoch; without an end it continues. */
export interface Stretch {
  phase: Phase;
  start: number;
  end?: number;
  /** Of an agent's stretch. */
  attempt?: number | undefined;
  /** The agent or a check in it failed. */
  failed?: true | undefined;
}

export interface TimelineTask {
  id: TaskId;
  dependencies: TaskId[];
  status: Status;
  stretches: Stretch[];
  /** The slot that it has or had last; absent: it has had none. */
  slot?: number;
}

/** Where the time of a run went, task by task: the fold of its events. */
export interface Timeline {
  tasks: Map<TaskId, TimelineTask>;
  start: number;
  /** The last event. */
  end: number;
  /** Whether a completed task is to land. */
  lands: boolean;
}

export function emptyTimeline(): Timeline {
  return { tasks: new Map(), start: 0, end: 0, lands: false };
}

/** Takes one more event into the timeline, in place. */
export function applyToTimeline(timeline: Timeline, event: RunEvent): void {
  if (event.type === "cleanup.finished") return;
  const at = Date.parse(event.at);
  if (event.type === "run.started") start(timeline, event, at);
  timeline.end = at;
  if (event.type === "run.finished") {
    for (const task of timeline.tasks.values()) close(task, at);
  }
  const task = "task" in event && event.task !== undefined && timeline.tasks.get(event.task);
  if (!task) return;
  switch (event.type) {
    case "task.status":
      return changeStatus(timeline, task, event, at);
    case "agent.started":
      return open(task, { phase: "agent", start: at, attempt: event.attempt });
    case "agent.finished": {
      const last = task.stretches.at(-1);
      if (last?.phase === "agent" && event.outcome !== "finished") last.failed = true;
      // A stopped task is blocked before its agent has ended.
      if (!inHand(task.status)) return;
      return open(task, { phase: "preparing", start: at });
    }
    case "checks.started": {
      if (task.stretches.at(-1)?.phase !== "queued") return;
      return open(task, { phase: "checks", start: at });
    }
    case "checks.finished": {
      const last = task.stretches.at(-1);
      // An older parex did not record when a check started.
      if (last?.phase === "queued" && !event.reused) last.phase = "checks";
      const ran = task.stretches.findLast(({ phase }) => phase === "checks");
      if (ran && event.exit_code !== 0) ran.failed = true;
      return;
    }
    case "run.parked":
      return open(task, { phase: "limit", start: at });
    case "task.landed":
      return close(task, at);
  }
}

function start(timeline: Timeline, event: EventOf<"run.started">, at: number): void {
  if (timeline.start === 0) timeline.start = at;
  timeline.lands = event.settings?.land === "merge" || event.settings?.land === "pr";
  const selected = new Set(event.tasks);
  for (const { id, dependencies, status } of event.graph) {
    const known = timeline.tasks.get(id);
    if (known) {
      // The previous process may have ended while the task was active.
      close(known, timeline.end);
      known.status = status;
    } else if (selected.has(id)) {
      timeline.tasks.set(id, { id, dependencies, status, stretches: [] });
    }
  }
  beginWaiting(timeline, at);
}

/** Every pending task that nothing but a slot is missing for waits for its turn. */
function beginWaiting({ tasks }: Timeline, at: number): void {
  for (const task of tasks.values()) {
    const isReady = task.dependencies.every((id) =>
      (tasks.get(id)?.status ?? "completed") === "completed"
    );
    if (task.status === "pending" && isReady && !isOpen(task)) {
      task.stretches.push({ phase: "waiting", start: at });
    }
  }
}

function changeStatus(
  timeline: Timeline,
  task: TimelineTask,
  { from, to, reason }: EventOf<"task.status">,
  at: number,
): void {
  if (inHand(to) && !inHand(from)) task.slot = freeSlot(timeline);
  task.status = to;
  switch (to) {
    case "in_progress":
      return open(task, { phase: "preparing", start: at });
    case "testing":
      return open(task, { phase: "queued", start: at });
    case "pending":
      close(task, at);
      return beginWaiting(timeline, at);
    case "blocked":
      if (reason === "needs_input") return open(task, { phase: "question", start: at });
      return close(task, at);
    case "completed":
      close(task, at);
      if (timeline.lands) open(task, { phase: "landing", start: at });
      return beginWaiting(timeline, at);
  }
}

function inHand(status: Status): boolean {
  return status === "in_progress" || status === "testing";
}

/** The lowest free slot. */
function freeSlot({ tasks }: Timeline): number {
  const taken = new Set(
    [...tasks.values()].filter((task) => inHand(task.status)).map(({ slot }) => slot),
  );
  let slot = 0;
  while (taken.has(slot)) slot++;
  return slot;
}

function open(task: TimelineTask, stretch: Stretch): void {
  close(task, stretch.start);
  task.stretches.push(stretch);
}

/** A stretch that took no time is none. */
function close(task: TimelineTask, at: number): void {
  const last = task.stretches.at(-1);
  if (!last || !isOpen(task)) return;
  if (last.start === at) task.stretches.pop();
  else last.end = at;
}

function isOpen({ stretches }: TimelineTask): boolean {
  const last = stretches.at(-1);
  return last !== undefined && last.end === undefined;
}
