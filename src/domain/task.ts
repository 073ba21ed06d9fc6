import type { AgentName } from "./agents.ts";

/** Priorities, most urgent first. */
export const PRIORITIES = ["blocker", "high", "medium", "low"] as const;
export type Priority = typeof PRIORITIES[number];

/** The five statuses of a task, as its task file names them. */
export const STATUSES = ["pending", "in_progress", "testing", "completed", "blocked"] as const;
export type Status = typeof STATUSES[number];

export type TaskId = string;

/** The files that a task says it will touch, relative to the repository, as written in the plan. */
export interface FilesToTouch {
  create: string[];
  modify: string[];
  delete: string[];
  read: string[];
}

/** One unit of work of a plan. */
export interface Task {
  id: TaskId;
  name: string;
  /** As the index says. */
  priority: Priority;
  /** With what it inherits from the tasks that wait for it. */
  effectivePriority: Priority;
  dependencies: TaskId[];
  /** Its status on disk when the plan was read. */
  status: Status;
  /** Where its status line lives: its task file, or the plan itself for an inline task. */
  source: TaskSource;
  /** The first `#` heading of the task file, if it has one. */
  title?: string | undefined;
  /** The specification: Markdown after the frontmatter, or made from an inline task's fields. */
  body: string;
  labels: string[];
  files: FilesToTouch;
  /** The agent that is to do it, where that is not the run's. */
  agent?: AgentName | undefined;
  /** The model that its agent is to use. */
  model?: string | undefined;
  /** The issue on GitHub that its pull request closes. */
  issue?: number | undefined;
  /** Tokens that the planner expects, if it said so. */
  estimatedTokens?: number | undefined;
  /** Position in the plan, from 0. */
  order: number;
}

export type TaskSource =
  | { kind: "file"; /** absolute */ path: string }
  | { kind: "inline"; /** the plan, absolute */ path: string }
  | { kind: "foreign"; /** absolute */ path: string; /** the plan, absolute */ list: string };
