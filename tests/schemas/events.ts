/** The schemas of the events: lines of the journal, and of `--json`. */
import { z } from "zod";
import {
  exitCode,
  failure,
  flag,
  how,
  integer,
  moment,
  ms,
  number,
  path,
  predictedConflict,
  priority,
  reason,
  reused,
  status,
  stopped,
  task,
  tasks,
  text,
  texts,
  usd,
} from "./common.ts";

/** What every event begins with. */
const envelope = {
  v: z.literal(1).describe("version of the format"),
  seq: integer.describe("position in the journal, from 1"),
  at: moment,
  run: text.describe("id of the run"),
};

const usage = {
  cost_usd: usd.optional(),
  input_tokens: integer.optional(),
  output_tokens: integer.optional(),
  cache_read_tokens: integer.optional(),
  cache_write_tokens: integer.optional(),
  turns: integer.optional(),
  model: text.optional().describe("the model's real id"),
};

const attempt = integer.describe("from 1");
const branch = text;

function event<Type extends string, Shape extends z.ZodRawShape>(
  type: Type,
  description: string,
  shape: Shape,
) {
  return z.strictObject({ ...envelope, type: z.literal(type), ...shape }).describe(description);
}

const graphTask = z.strictObject({
  id: text,
  name: text,
  priority,
  dependencies: tasks,
  status,
  branch,
});

const removed = z.strictObject({
  task,
  branch,
  landed: z.enum(["merge", "rebase", "squash", "tree", "pr"]).optional()
    .describe("how it had landed; absent: it had not, and was removed by name"),
  worktree: path.optional(),
  rescue_refs: texts,
});

/** What a check of everything that was merged came to. */
export const integration = z.strictObject({
  ok: flag,
  unchecked: z.literal(true).optional().describe("there is no check"),
  sha: text.describe("the commit that was checked"),
  check: text.optional().describe("the first check that failed"),
  introduced_by: text.optional().describe("the task whose merge brought the failure in"),
  introduced_at: text.optional().describe("the commit that brought it in"),
});

/** What one side of a merge did to a file. */
const side = z.strictObject({
  did: z.enum(["nothing", "modified", "added", "deleted", "renamed", "changed_mode"]),
  to: text.optional(),
  from: text.optional(),
  as: z.enum(["symlink", "submodule", "executable"]).optional(),
});

/** A merge that conflicts. */
export const metConflict = z.strictObject({
  task,
  between: texts.describe("the tasks whose changes conflict, or the base"),
  files: texts,
  conflicts: z.array(z.strictObject({
    path: text,
    ours: side.describe("what the base did"),
    theirs: side.describe("what the task did"),
    binary: z.literal(true).optional(),
  })).optional(),
  said: texts.optional().describe("git's own lines"),
  overtaken: z.literal(true).optional()
    .describe("it had been repaired, and others landed first: this costs no attempt"),
});

/** What a cleanup did. */
export const cleanedUp = z.strictObject({
  removed: z.array(removed),
  kept: z.array(z.strictObject({ task, why: text })),
  archive: path.optional().describe("the folder that the plan went to"),
});

export const recoveryStep = z.strictObject({ what: text, tier: text, action: text, outcome: text });

export const agentOutcome = z.enum([
  "finished",
  "failed",
  "timeout",
  "idle",
  "limited",
  "budget",
  "refused",
  "lost",
  "interrupted",
]);

const refusal = z.enum([
  "not_logged_in",
  "key_refused",
  "unknown_model",
  "no_money",
  "unreachable",
  "no_quota",
  "program_missing",
]);

export const EVENTS = [
  event("run.started", "A process begins to execute the run, or resumes it.", {
    plan: z.strictObject({
      name: text,
      path,
      identity: text,
      foreign: z.literal(true).optional().describe("another tool's list"),
    }),
    tasks: tasks.describe("the selected tasks, in the order of the plan"),
    base: text.describe("branch that the plan lands on"),
    base_sha: text,
    jobs: integer,
    agent: text,
    model: text.optional(),
    parex: text.describe("version"),
    pid: integer,
    graph: z.array(graphTask).describe("every task of the plan"),
    settings: z.looseObject({}).optional().describe("the settings, under parex's own names"),
    resumed: z.literal(true).optional(),
    agentless: z.literal(true).optional().describe("it lands what others have done"),
    worked: text.optional().describe("the last run that had agents before it"),
    leftovers: tasks.optional().describe("tasks that a crash had left in progress"),
    unlanded: flag.optional().describe("the base lacks work of completed tasks"),
    warnings: texts.optional(),
  }),
  event("task.status", "A task's status changed.", {
    task,
    from: status,
    to: status,
    reason: reason.optional().describe("why it is blocked"),
    message: text.optional(),
    details: texts.optional().describe("the end of an output, or what the system said"),
    next: texts.optional().describe("what to do next"),
    failure: failure.optional(),
  }),
  event("task.answered", "A person answered the question that an agent ended with.", {
    task,
    question: text,
    answer: text,
    session: text.optional().describe("the conversation that the question was asked in"),
  }),
  event("run.changed", "A person changed a run in progress with `parex set`.", {
    jobs: integer.optional(),
    budget_usd: usd.optional(),
  }),
  event("worktree.created", "A task's worktree is ready.", { task, path, branch, ms }),
  event("worktree.removed", "A task's worktree was removed, because nobody needs it any more.", {
    task,
    path,
    branch: branch.optional().describe("deleted, too, because all of it has landed"),
    rescue_refs: texts.optional().describe("what was anchored before"),
  }),
  event("agent.started", "An attempt begins.", {
    task,
    attempt,
    agent: text,
    session: text.optional(),
    pid: integer,
    kind: z.enum(["first", "repair", "conflict", "resumed", "retried", "answered"])
      .describe("why the attempt is made"),
  }),
  event("agent.session", "An agent has told the id of its conversation.", {
    task,
    attempt,
    session: text,
  }),
  event("agent.activity", "What an agent is doing, and what it has used so far.", {
    task,
    attempt,
    doing: text,
    ...usage,
  }),
  event("agent.finished", "An attempt ended.", {
    task,
    attempt,
    outcome: agentOutcome,
    ms,
    exit_code: exitCode.optional(),
    refusal: refusal.optional().describe("why the account cannot work"),
    until: moment.optional().describe("when a usage limit ends"),
    session: text.optional(),
    detail: text.optional(),
    transcript: path.optional(),
    ...usage,
  }),
  event("task.committed", "What an attempt left is committed.", {
    task,
    attempt,
    commits: integer.describe("the task's own commits on its branch"),
    head: text,
    by_parex: flag.describe("parex committed what the agent had not"),
  }),
  event("checks.started", "A check, or the setup before the checks, started.", {
    task: task.optional().describe("absent: of the integration as a whole"),
    attempt: attempt.optional(),
    name: text,
    command: text,
    merged: z.literal(true).optional().describe("runs on the task's merge with the base"),
  }),
  event("checks.finished", "A check, or the setup before the checks, ended.", {
    task: task.optional().describe("absent: of the integration as a whole"),
    attempt: attempt.optional(),
    name: text,
    command: text,
    exit_code: exitCode,
    ms,
    log: path.optional(),
    merged: z.literal(true).optional().describe("run on the task's merge with the base"),
    reused: reused.optional(),
  }),
  event("base.checked", "The base was checked by itself, beside the first agents.", {
    sha: text,
    ok: flag,
    check: text.optional().describe("the first check that failed"),
  }),
  event("branch.pushed", "A completed task's branch is on the remote.", {
    task,
    remote: text,
    branch,
    ms,
  }),
  event("task.landed", "A completed task's commits have landed.", {
    task,
    how,
    url: text.optional().describe("of the pull request"),
    sha: text.optional().describe("of the merge"),
  }),
  event("integration.finished", "What was merged was checked as a whole.", integration.shape),
  event("conflict.predicted", "Two tasks change the same files.", predictedConflict.shape),
  event("conflict.met", "A completed task cannot be merged into the base.", metConflict.shape),
  event("border.crossed", "Something behind a task's borders has changed.", {
    task,
    what: text,
    undone: flag.describe("it was put back; false: it may have been you, or is a file of yours"),
  }),
  event("run.parked", "A task, or the run, waits for a usage limit to reset.", {
    task: task.optional(),
    until: moment,
    why: text,
  }),
  event("recovery.step", "A repair of a failure of git or gh was tried.", recoveryStep.shape),
  event("cleanup.finished", "Worktrees and branches were removed after the run.", cleanedUp.shape),
  event("notice", "Something that a person should know.", { task: task.optional(), message: text }),
  event("run.finished", "The run ended.", {
    exit_code: integer,
    completed: integer,
    blocked: integer,
    pending: integer,
    ms,
    speedup: number.describe("the tasks' own times over the wall time"),
    cost_usd: usd.optional(),
    interrupted: flag.optional(),
    base_protected: flag.optional().describe(
      "the remote lets nobody push to the base: what is completed waits on its branches",
    ),
    stopped: stopped.optional(),
  }),
] as const;

export const eventSchema = z.discriminatedUnion("type", EVENTS);
