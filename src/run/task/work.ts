import { saysDiskFull } from "../../domain/failure.ts";
import { Failed, resultOf } from "../../domain/failed.ts";
import type { WorkInput, WorkOutcome } from "../../../machines/ports.ts";
import type { AgentOutcome, AgentRequest } from "../../agent/agent.ts";
import { conversationWith } from "../../domain/conversation.ts";
import type { AgentOutcomeName, Usage } from "../../domain/event.ts";
import { addUsage } from "../../domain/metrics.ts";
import type { Task, TaskId } from "../../domain/task.ts";
import { dirname, join } from "node:path";
import { mergeBase } from "./base_merge.ts";
import type { Limit } from "../context/rate_limits.ts";
import { withinBorders } from "./borders.ts";
import { budgetFor, warnOfBudget } from "./budget.ts";
import { type Turn, turnOf } from "../context/agent_choice.ts";
import type { Worktree } from "../../git/worktree.ts";
import { meaningOf, recordedOutcome } from "./attempt_outcome.ts";
import { exists } from "../../util/files.ts";
import { prepare } from "./prepare.ts";
import { promptFor } from "./prompt.ts";
import { gitFoldersOf, sandboxOf } from "./sandbox.ts";
import { attemptName, type Scope, taskOf, worktreeFor } from "../context/run_context.ts";
import { workEnv } from "../context/work_env.ts";
import { messageOf } from "../../util/text.ts";

/** An agent's activity is recorded at most once in this time. */
const ACTIVITY_EVERY_MS = 2_000;

/** Ends of an attempt after which its work can be checked, or another attempt made. */
const IS_OVER: ReadonlySet<AgentOutcomeName> = new Set(["finished", "failed", "timeout", "idle"]);

/** How an attempt is made. */
interface Start extends Turn {
  /** What it may cost; absent: no cap. */
  budgetUsd?: number;
  onAnswer: () => void;
}

/** One attempt of an agent at a task, from its prompt to what its end means for the task. */
export async function work(
  scope: Scope,
  input: WorkInput,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const outcome = await resultOf(() => takeTurn(scope, input, signal));
  if (outcome.ok) return outcome.value;
  // Scripts fail before the agent begins.
  return { kind: "blocked", spentUsd: 0, failure: outcome.failure };
}

async function takeTurn(
  scope: Scope,
  input: WorkInput,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  if (input.ended) return recordedOutcome(scope, input, input.ended);
  const turn = turnOf(scope, taskOf(scope, input.task));
  if (turn.limit) return notStarted(input, turn.limit);
  const { name, sharesCache } = turn.agent;
  const follower = sharesCache ? await scope.rateLimits.follow(name, signal) : undefined;
  try {
    const budget = await budgetFor(scope, input.task, signal);
    const start = { ...turn, ...budget, onAnswer: () => follower?.answered() };
    const attempts = scope.record.tasks.get(input.task)?.attempts ?? [];
    const conversation = conversationWith(name, input.conversation, attempts);
    return await makeAttempt(scope, { ...input, conversation }, start, signal);
  } finally {
    follower?.over();
  }
}

function notStarted({ conversation }: WorkInput, { until, why }: Limit): WorkOutcome {
  return { kind: "limited", until, why, shared: true, begun: false, conversation, spentUsd: 0 };
}

async function makeAttempt(
  scope: Scope,
  input: WorkInput,
  start: Start,
  signal: AbortSignal,
): Promise<WorkOutcome> {
  const worktree = worktreeFor(scope, input.task);
  // A task that began at its landing has none, if that was removed.
  if (!exists(join(worktree.path, ".git"))) await prepare(scope, input.task, signal);
  await mergeBase(scope, worktree, input.occasion, signal);
  const request = await makeRequest(scope, worktree, input, start, signal);
  // Another attempt may have met a limit since.
  const met = scope.rateLimits.limitOf(start.agent.name);
  if (met) {
    return notStarted(
      input,
      turnOf(scope, taskOf(scope, input.task)).limit ?? { ...met, until: Date.now() },
    );
  }
  scope.attemptStarts.set(input.task, {
    ...scope.attemptStarts.get(input.task),
    at: Date.now(),
  });
  scope.spending.begin(input.task, start.budgetUsd);
  const { value, left } = await withinBorders(
    scope,
    worktree,
    () => start.agent.attempt(request),
    signal,
  );
  const outcome = diskFullAsRefusal(value);
  const spentUsd = scope.spending.end(input.task, outcome.usage);
  const { transcript } = request;
  scope.emit({
    type: "agent.finished",
    task: input.task,
    attempt: input.attempt,
    outcome: outcome.outcome,
    ms: outcome.ms,
    exit_code: outcome.exitCode,
    transcript,
    until: outcome.until === undefined ? undefined : new Date(outcome.until).toISOString(),
    session: outcome.session,
    refusal: outcome.refusal,
    detail: outcome.detail || undefined,
    ...outcome.usage,
  });
  warnOfBudget(scope);
  if (left && IS_OVER.has(outcome.outcome)) {
    return { kind: "blocked", spentUsd, conversation: outcome.session, failure: left };
  }
  return {
    spentUsd,
    conversation: outcome.session,
    ...meaningOf(scope, input, { ...outcome, agent: start.agent.name }, transcript),
  };
}

/** With a full disk, the attempt is made again when there is space. */
function diskFullAsRefusal(outcome: AgentOutcome): AgentOutcome {
  const isFull = outcome.outcome === "failed" && saysDiskFull(outcome.detail ?? "");
  return isFull ? { ...outcome, outcome: "refused" } : outcome;
}

async function makeRequest(
  scope: Scope,
  worktree: Worktree,
  input: WorkInput,
  { agent, model, budgetUsd, onAnswer }: Start,
  signal: AbortSignal,
): Promise<AgentRequest> {
  const { task, attempt, occasion, conversation } = input;
  const prompt = await promptFor(scope, worktree, input);
  const files = await writeFiles(scope, taskOf(scope, task), input, prompt);
  const sandbox = await sandboxOf(scope, worktree, agent.name);
  const { settings, emit, spending } = scope;
  const report = throttled((doing, usage) =>
    emit({ type: "agent.activity", task, attempt, doing, ...usage })
  );
  return {
    task,
    attempt,
    prompt,
    worktree: worktree.path,
    gitFolders: await gitFoldersOf(scope, worktree),
    ...sandbox,
    env: workEnv(scope, worktree, {
      PAREX_TASK_FILE: files.taskFile,
      PAREX_PROMPT_FILE: files.promptFile,
      PAREX_ATTEMPT: String(attempt),
      ...scope.identity,
    }),
    model,
    mcp: settings.mcp,
    budgetUsd,
    resume: conversation,
    usedBefore: conversation === undefined ? undefined : usedIn(scope, task, conversation),
    timeoutMs: settings.timeoutMs,
    idleMs: settings.idleTimeoutMs,
    transcript: files.transcript,
    signal,
    onStart: ({ pid, session }) => {
      emit({
        type: "agent.started",
        task,
        attempt,
        agent: agent.name,
        pid,
        kind: occasion.kind,
        session,
      });
    },
    onSession: (session) => emit({ type: "agent.session", task, attempt, session }),
    onActivity: (doing, usage) => {
      onAnswer();
      spending.update(task, usage);
      warnOfBudget(scope);
      report(doing, usage);
    },
  };
}

/** What the attempts in a conversation have used in this run. */
function usedIn({ record }: Scope, task: TaskId, conversation: string): Usage {
  const attempts = record.tasks.get(task)?.attempts ?? [];
  return attempts.filter(({ session }) => session === conversation)
    .reduce<Usage>((used, { usage }) => addUsage(used, usage), {});
}

/**
 * Reports new usage at once, and other activity at most once in a while, since each report becomes a line of
 * the journal.
 */
function throttled(report: (doing: string, usage: Usage) => void) {
  let last = -Infinity;
  let used = "";
  return (doing: string, usage: Usage) => {
    const now = performance.now();
    const uses = JSON.stringify(usage);
    // Usage is recorded at once: parex may be killed before the next report.
    if (now - last < ACTIVITY_EVERY_MS && uses === used) return;
    last = now;
    used = uses;
    report(doing, usage);
  };
}

/** The files of an attempt in the run's folder. */
async function writeFiles(
  scope: Scope,
  task: Task,
  input: WorkInput,
  prompt: string,
): Promise<{ promptFile: string; taskFile: string; transcript: string }> {
  const name = attemptName(input);
  const promptFile = `${scope.dir}/prompts/${name}.md`;
  try {
    await Deno.mkdir(dirname(promptFile), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(promptFile, prompt, { mode: 0o600 });
    const transcript = `${scope.dir}/transcripts/${name}.log`;
    await Deno.mkdir(dirname(transcript), { recursive: true, mode: 0o700 });
    if (task.source.kind === "file") {
      return { promptFile, taskFile: task.source.path, transcript };
    }
    const taskFile = `${scope.dir}/prompts/${task.id}.task.md`;
    await Deno.writeTextFile(taskFile, task.body, { mode: 0o600 });
    return { promptFile, taskFile, transcript };
  } catch (error) {
    const detail = messageOf(error);
    throw new Failed({ reason: "io_failed", path: promptFile, detail });
  }
}
