import type { EventBody, GraphTask, RunEvent } from "../../src/domain/event.ts";
import type { TaskId } from "../../src/domain/task.ts";

const START = Date.parse("2026-11-22T09:30:00.000Z");

/** Writes a run's events as its journal does, at seconds from the start of the run. */
export function script(...lines: [seconds: number, body: EventBody][]): RunEvent[] {
  return lines.map(([seconds, body], i) => ({
    v: 1,
    seq: i + 1,
    at: new Date(START + seconds * 1000).toISOString(),
    run: "20261122-093000-k3f9",
    ...body,
  }));
}

/** Seconds from the start of the run as milliseconds since the epoch. */
export function moment(seconds: number): number {
  return START + seconds * 1000;
}

export function node(id: TaskId, name: string, dependencies: TaskId[] = []): GraphTask {
  return {
    id,
    name,
    priority: "medium",
    dependencies,
    status: "pending",
    branch: `feature/${id}`,
  };
}

export function started(graph: GraphTask[], over: Partial<EventBody> = {}): EventBody {
  return {
    type: "run.started",
    plan: {
      name: "word-count",
      path: "/code/wc/.parallel/plans/plan.yaml",
      identity: "word-count",
    },
    tasks: graph.map((task) => task.id),
    base: "main",
    base_sha: "1111111111111111111111111111111111111111",
    jobs: 2,
    agent: "claude",
    model: "haiku",
    parex: "0.1.0",
    pid: 4711,
    graph,
    ...over,
  } as EventBody;
}

export function status(
  task: TaskId,
  from: "pending" | "in_progress" | "testing",
  to: "pending" | "in_progress" | "testing" | "completed",
): EventBody {
  return { type: "task.status", task, from, to };
}

export function agentStarted(task: TaskId, attempt = 1): EventBody {
  const kind = attempt === 1 ? "first" : "repair";
  return { type: "agent.started", task, attempt, agent: "claude", pid: 4800 + attempt, kind };
}

function check(task: TaskId, attempt: number, name: string, exit_code: number): EventBody {
  const command = `deno ${name}`;
  return { type: "checks.finished", task, attempt, name, command, exit_code, ms: 2000 };
}

const REPORTED = {
  input_tokens: 12_000,
  output_tokens: 3_000,
  cache_read_tokens: 48_000,
  cache_write_tokens: 4_000,
  turns: 8,
  model: "claude-haiku-5-5",
};

/**
 * Four tasks, two at once: the first is completed, the second repaired, the third blocked, and the
 * fourth waits for the third. A fifth was completed before the run.
 */
export function sampleEvents(): RunEvent[] {
  const graph = [
    node("task-0", "Set up the project"),
    node("task-1", "Count words in a stream of any length", ["task-0"]),
    node("task-2", "Print a table", ["task-0"]),
    node("task-3", "Write the manual page", ["task-1", "task-2"]),
    { ...node("task-9", "Choose a name"), status: "completed" as const },
  ];
  return script(
    [0, started(graph, { tasks: ["task-0", "task-1", "task-2", "task-3"] })],
    ...firstTask(),
    ...repairedTask(),
    ...blockedTask(),
    [100, {
      type: "run.finished",
      exit_code: 1,
      completed: 2,
      blocked: 1,
      pending: 1,
      ms: 100_000,
      speedup: 1.5,
      cost_usd: 0.0265,
    }],
  );
}

type Lines = [number, EventBody][];

function firstTask(): Lines {
  const task = "task-0";
  return [
    [0, status(task, "pending", "in_progress")],
    [1, {
      type: "worktree.created",
      task,
      path: "/code/wc/worktrees/task-0",
      branch: "feature/task-0",
      ms: 400,
    }],
    [2, agentStarted(task)],
    [10, { type: "agent.activity", task, attempt: 1, doing: "Edit main.ts", input_tokens: 500 }],
    [25, {
      type: "agent.finished",
      task,
      attempt: 1,
      outcome: "finished",
      ms: 23_000,
      cost_usd: 0.0101,
      ...REPORTED,
    }],
    [25, {
      type: "task.committed",
      task,
      attempt: 1,
      commits: 2,
      head: "a1b2c3d",
      by_parex: false,
    }],
    [25, status(task, "in_progress", "testing")],
    [27, check(task, 1, "test", 0)],
    [29, check(task, 1, "lint", 0)],
    [30, status(task, "testing", "completed")],
  ];
}

function repairedTask(): Lines {
  const task = "task-1";
  const usage = { outcome: "finished" as const, cost_usd: 0.0082, ...REPORTED };
  return [
    [30, status(task, "pending", "in_progress")],
    [31, agentStarted(task)],
    [50, { type: "agent.finished", task, attempt: 1, ms: 19_000, ...usage }],
    [50, { type: "task.committed", task, attempt: 1, commits: 1, head: "b1", by_parex: true }],
    [50, status(task, "in_progress", "testing")],
    [52, check(task, 1, "test", 1)],
    [52, status(task, "testing", "in_progress")],
    [53, agentStarted(task, 2)],
    [85, { type: "agent.finished", task, attempt: 2, ms: 32_000, ...usage }],
    [85, { type: "task.committed", task, attempt: 2, commits: 2, head: "b2", by_parex: false }],
    [85, status(task, "in_progress", "testing")],
    [87, check(task, 2, "test", 0)],
    [90, status(task, "testing", "completed")],
  ];
}

function blockedTask(): Lines {
  const task = "task-2";
  return [
    [40, status(task, "pending", "in_progress")],
    [41, agentStarted(task)],
    [98, { type: "agent.finished", task, attempt: 1, outcome: "failed", ms: 57_000 }],
    [100, {
      type: "task.status",
      task,
      from: "in_progress",
      to: "blocked",
      reason: "agent_failed",
      message: "the agent failed: it ended with exit code 1",
      next: ["read what it said, then: parex retry task-2"],
    }],
  ];
}
