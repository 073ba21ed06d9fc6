import type { EventType, RunEvent } from "./event.ts";
import { PRIORITIES, STATUSES } from "./task.ts";

type Is = (value: unknown) => boolean;

const text: Is = (value) => typeof value === "string";
const number: Is = (value) => typeof value === "number";
const flag: Is = (value) => typeof value === "boolean";
const texts: Is = (value) => Array.isArray(value) && value.every(text);
const moment: Is = (value) => text(value) && Number.isFinite(Date.parse(value as string));
const status: Is = (value) => STATUSES.some((known) => known === value);
const priority: Is = (value) => PRIORITIES.some((known) => known === value);

/** An object with at least these fields. */
function object(fields: Record<string, Is>): Is {
  return (value) => isObject(value) && Object.entries(fields).every(([key, is]) => is(value[key]));
}

function listOf(is: Is): Is {
  return (value) => Array.isArray(value) && value.every(is);
}

/** What a field holds where it is there: a name means the same in every event. */
const FIELDS: Readonly<Record<string, Is>> = {
  ...all(
    text,
    "refusal task run base base_sha agent model parex reason message path branch session kind",
  ),
  ...all(text, "doing outcome detail transcript head name command log remote how url sha check"),
  ...all(
    text,
    "introduced_by introduced_at worked why what tier action archive question answer basis",
  ),
  ...all(number, "seq jobs pid attempt ms commits completed blocked pending speedup turns"),
  ...all(
    number,
    "cost_usd budget_usd input_tokens output_tokens cache_read_tokens cache_write_tokens",
  ),
  ...all(
    flag,
    "resumed agentless by_parex merged ok unchecked unlanded interrupted undone base_protected",
  ),
  ...all(texts, "tasks leftovers warnings next details between files rescue_refs"),
  ...all(moment, "at until"),
  ...all(status, "from to"),
  exit_code: (value) => value === null || number(value),
  plan: object({ name: text, path: text, identity: text }),
  settings: object({ checks: object({}), given: (value) => value === undefined || texts(value) }),
  failure: object({ reason: text }),
  stopped: object({ reason: text, message: text, details: texts, next: texts }),
  graph: listOf(
    object({ id: text, name: text, priority, dependencies: texts, status, branch: text }),
  ),
  removed: listOf(object({ task: text, branch: text, rescue_refs: texts })),
  kept: listOf(object({ task: text, why: text })),
};

/** What an event is nothing without. */
const REQUIRED: Readonly<Record<EventType, readonly string[]>> = {
  "run.started": words("plan tasks base base_sha jobs agent parex pid graph"),
  "run.changed": [],
  "task.status": words("task from to"),
  "task.answered": words("task question answer"),
  "worktree.created": words("task path branch ms"),
  "worktree.removed": words("task path"),
  "agent.started": words("task attempt agent pid kind"),
  "agent.session": words("task attempt session"),
  "agent.activity": words("task attempt doing"),
  "agent.finished": words("task attempt outcome ms"),
  "task.committed": words("task attempt commits head by_parex"),
  "checks.started": words("name command"),
  "checks.finished": words("name command exit_code ms"),
  "branch.pushed": words("task remote branch ms"),
  "task.landed": words("task how"),
  "integration.finished": words("ok sha"),
  "conflict.predicted": words("tasks files basis"),
  "conflict.met": words("task between files"),
  "border.crossed": words("task what undone"),
  "run.parked": words("until why"),
  "recovery.step": words("what tier action outcome"),
  "cleanup.finished": words("removed kept"),
  "notice": words("message"),
  "base.checked": words("sha ok"),
  "run.finished": words("exit_code completed blocked pending ms speedup"),
};

/** Whether a value is an event that can be relied upon; a disk can tear a line and leave it JSON. */
export function isRunEvent(value: unknown): value is RunEvent {
  if (!isObject(value) || !text(value.type)) return false;
  const required = Object.hasOwn(REQUIRED, value.type as string)
    ? REQUIRED[value.type as EventType]
    : undefined;
  return required !== undefined &&
    ["seq", "at", "run", ...required].every((key) => Object.hasOwn(value, key)) &&
    Object.entries(value).every(([key, each]) =>
      !Object.hasOwn(FIELDS, key) || FIELDS[key]?.(each)
    );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function words(line: string): string[] {
  return line.split(" ");
}

function all(is: Is, names: string): Record<string, Is> {
  return Object.fromEntries(words(names).map((name) => [name, is]));
}
