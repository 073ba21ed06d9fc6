/** The schemas of what commands print with `--json`. */
import { z } from "zod";
import {
  exitCode,
  failure,
  flag,
  integer,
  landed,
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
import { agentOutcome, cleanedUp, integration, metConflict, recoveryStep } from "./events.ts";

const severity = z.enum(["error", "warning", "info"]);
const runState = z.enum(["running", "finished", "interrupted"]);
const plan = z.strictObject({ name: text, path });
const operation = z.enum(["merge", "rebase", "cherry-pick", "revert"])
  .describe("a git operation that was begun and not finished");

export const error = z.strictObject({
  type: z.literal("error").describe("tells it from events, where both are lines of one stream"),
  error: z.strictObject({
    reason,
    message: text,
    details: texts,
    next: texts.describe("what to do next, a line each"),
    exit_code: integer,
  }),
});

export const taskStatus = z.strictObject({
  plan,
  run: z.strictObject({ id: text, state: runState, stopped: stopped.optional() }).nullable(),
  tasks: z.array(z.strictObject({
    id: text,
    name: text,
    status,
    reason: reason.optional(),
    message: text.optional(),
    question: text.optional().describe("what its agent waits for a person to answer"),
    branch: text,
    worktree: path.optional(),
    attempts: integer,
    ahead: integer.optional().describe("the task's own commits"),
    dirty: flag.optional().describe("its worktree has uncommitted changes"),
    cost_usd: usd.optional(),
    landed: landed.optional(),
  })),
  estimate: z.strictObject({
    low_ms: ms,
    high_ms: ms,
    basis: z.strictObject({ tasks: integer, runs: integer }),
  }).nullable().describe(
    "how long what can still be done will take, after what completed tasks took",
  ),
  conflicts: z.array(predictedConflict),
});

export const validate = z.strictObject({
  valid: flag,
  plan: z.strictObject({ name: text, path, identity: text }).nullable(),
  tasks: integer,
  problems: z.array(z.strictObject({
    severity: z.enum(["error", "warning"]),
    code: text.describe("stable, in kebab-case"),
    file: path,
    line: integer.describe("from 1"),
    column: integer.describe("from 1"),
    message: text,
    hint: text,
  })),
});

export const doctor = z.strictObject({
  findings: z.array(z.strictObject({
    code: text,
    severity,
    message: text,
    details: texts,
    next: texts,
    fixable: flag.describe("`parex doctor --fix` does it"),
  })),
});

const usage = z.strictObject({
  attempts: integer,
  input_tokens: integer,
  output_tokens: integer,
  cache_read_tokens: integer,
  cache_write_tokens: integer,
  cache_read_share: number.nullable().describe("of the tokens in prompts"),
  tokens_unreported: integer.describe("attempts that did not report their tokens"),
  cost_usd: usd.nullable().describe("as agents reported it"),
  cost_unreported: integer.describe("attempts that did not report what they cost"),
  estimated_usd: usd.nullable().describe(
    "from list prices, for attempts that reported tokens but no cost",
  ),
});

const check = z.strictObject({
  name: text,
  command: text,
  exit_code: exitCode,
  ms,
  log: path.optional(),
  merged: z.literal(true).optional().describe("run on the task's merge with the base"),
  reused: reused.optional(),
});

const reportedTask = z.strictObject({
  id: text,
  name: text,
  status,
  attempts: integer,
  calls: z.array(z.strictObject({
    attempt: integer,
    agent: text,
    outcome: agentOutcome.nullable(),
    ms,
    model: text.nullable(),
    usage,
  })),
  ms,
  usage,
  branch: text,
  commits: integer,
  head: text.optional(),
  worktree: path.optional(),
  pushed_to: text.optional().describe("name of the remote"),
  landed: landed.optional(),
  checks: z.array(check).describe("of the last attempt that was checked"),
  reason: reason.optional(),
  message: text.optional(),
  details: texts,
  next: texts,
  waits_for: z.array(z.strictObject({ id: text, status })),
});

export const runLine = z.strictObject({
  id: text,
  state: runState,
  plan: text.nullable().describe("the plan's name"),
  started_at: moment,
  wall_ms: ms,
  tasks: integer.describe("selected ones"),
  completed: integer,
  blocked: integer,
  landed: integer.describe("by this run"),
  attempts: integer,
  cost_usd: usd.nullable().describe("as agents reported it"),
  exit_code: integer.nullable(),
});

export const runs = z.strictObject({
  runs: z.array(runLine.extend({ bytes: integer.describe("on the disk") })),
});

export const report = z.strictObject({
  run: text.describe("the last run"),
  runs: z.array(runLine).describe("all runs that this is a report on, oldest first"),
  state: runState,
  exit_code: integer.nullable(),
  stopped: stopped.nullable(),
  plan: plan.nullable(),
  base: text,
  agent: text.nullable(),
  model: text.nullable().describe("as it was asked for"),
  models: texts.describe("as the agents reported them"),
  jobs: integer,
  land: z.enum(["pr", "merge", "none"]).nullable().describe(
    "where completed work was to land; null: parex chose",
  ),
  started_at: moment,
  ended_at: moment,
  counts: z.strictObject({
    pending: integer,
    in_progress: integer,
    testing: integer,
    completed: integer,
    blocked: integer,
    selected: integer,
    already_completed: integer,
    left_out: integer,
  }),
  time: z.strictObject({
    wall_ms: ms,
    tasks_ms: ms.describe("sum of the tasks' own times, without waiting"),
    speedup: number,
    critical_path: z.strictObject({ tasks, ms }),
    agents_ms: ms,
    checks_ms: ms,
  }),
  usage,
  cost_per_landed_usd: usd.nullable(),
  same_tokens: z.strictObject({
    prices_of: text,
    models: z.array(z.strictObject({ model: text, name: text, cost_usd: usd })),
  }).describe("what the tokens would have cost on other models, from list prices"),
  tasks: z.array(reportedTask),
  check_results: z.array(z.strictObject({ name: text, passed: tasks, failed: tasks })),
  unchecked: tasks.describe("completed without any check"),
  merges: z.array(z.strictObject({ task, branch: text, name: text, sha: text })),
  pull_requests: z.array(z.strictObject({ task, url: text })),
  conflicts: z.strictObject({
    predicted: z.array(predictedConflict.extend({ met: flag })),
    met: z.array(metConflict.extend({ outcome: z.enum(["landed", "blocked", "open"]) })),
  }),
  checks: z.array(check).describe("of the integration as a whole"),
  integration: integration.nullable(),
  base_check: z.strictObject({ sha: text, ok: flag, check: text.optional() }).nullable()
    .describe("the base by itself; null: it has no checks, or was not checked"),
  leftovers: tasks,
  cleanups: z.array(cleanedUp),
  recovery: z.array(recoveryStep),
  notices: texts,
  warnings: texts,
  next: texts,
});

const cost = z.discriminatedUnion("basis", [
  z.strictObject({
    basis: z.literal("history"),
    low_usd: usd,
    high_usd: usd,
    runs: integer,
    tasks: integer,
  }),
  z.strictObject({
    basis: z.literal("tokens"),
    low_usd: usd,
    high_usd: usd,
    tokens: integer,
    model: text,
  }),
  z.strictObject({ basis: z.literal("unknown") }),
]);

export const dryRun = z.strictObject({
  plan,
  base: text,
  land: z.enum(["pr", "merge", "none"]).describe("how completed work will land on the base"),
  jobs: integer,
  agent: text,
  model: text.optional(),
  cost,
  checks: z.array(z.strictObject({ name: text, command: text, from: text })),
  tasks: z.array(z.strictObject({
    id: text,
    name: text,
    priority,
    branch: text,
    worktree: text,
    after: tasks.describe("what must be completed first"),
    step: integer.describe("from 1; tasks of one step do not wait for each other"),
  })),
  skipped: tasks,
  unlanded: tasks,
  conflicts: z.array(predictedConflict),
  warnings: texts,
});

const pullRequest = { task, branch: text, number: integer, url: text };

export const prs = z.strictObject({
  pull_requests: z.array(z.discriminatedUnion("state", [
    z.strictObject({
      ...pullRequest,
      state: z.enum(["created", "updated", "kept", "closed", "merged"]),
    }),
    z.strictObject({ task, branch: text, state: z.literal("nothing") }),
    z.strictObject({ task, branch: text, state: z.literal("failed"), failure }),
  ])),
});

export const issues = z.strictObject({
  issues: z.array(z.discriminatedUnion("state", [
    z.strictObject({
      task,
      number: integer,
      url: text,
      state: z.enum(["created", "updated", "kept", "closed", "named"]),
      commented: z.literal(true).optional().describe("it got a comment: its task is blocked"),
    }),
    z.strictObject({ task, state: z.literal("failed"), failure }),
  ])),
});

const work = z.strictObject({
  task,
  status: status.optional().describe("absent: the plan has no such task"),
  branch: text,
  worktree: z.strictObject({
    path,
    missing: text.optional(),
    changed: integer,
    ignored: integer,
    strayed: flag,
    unfinished: operation.optional(),
    locked: text.optional(),
    processes: z.array(integer),
    standing: flag,
  }).optional(),
  landed: z.enum(["merge", "rebase", "squash", "tree", "pr"]).optional(),
  elsewhere: path.optional(),
  unreadable: failure.optional(),
});

const kept = z.strictObject({
  work,
  keep: z.discriminatedUnion("why", [
    z.strictObject({ why: z.literal("live"), run: text }),
    z.strictObject({ why: z.literal("unreadable"), failure }),
    z.strictObject({ why: z.literal("standing") }),
    z.strictObject({ why: z.literal("processes"), pids: z.array(integer) }),
    z.strictObject({ why: z.literal("locked"), reason: text }),
    z.strictObject({ why: z.literal("elsewhere"), path }),
    z.strictObject({ why: z.literal("not_completed"), status }),
    z.strictObject({ why: z.literal("not_landed") }),
    z.strictObject({ why: z.literal("strayed") }),
    z.strictObject({ why: z.literal("unfinished"), operation }),
    z.strictObject({ why: z.literal("changed"), files: integer }),
  ]),
  forcible: flag.describe("`--force` would remove it"),
});

const oldRecords = z.strictObject({
  runs: integer,
  bytes: integer,
}).describe("transcripts and logs of old runs; absent: there are none");

export const cleanupPlan = z.strictObject({
  remove: z.array(work),
  keep: z.array(kept),
  archive: flag.describe("the plan goes to the archive"),
  old: oldRecords.optional(),
});

export const cleanup = z.strictObject({
  removed: z.array(z.strictObject({ work, anchored: texts, leftover: text.optional() })),
  failed: z.array(z.strictObject({ work, failure })),
  kept: z.array(kept),
  archived: z.strictObject({ path, copied: texts }).optional(),
  old: oldRecords.optional(),
});

export const rescueList = z.strictObject({
  rescues: z.array(z.strictObject({
    ref: text,
    sha: text,
    run: text,
    task,
    branch: text.nullable(),
    commits: integer.describe("that no branch or tag holds"),
    uncommitted: flag,
    unfinished: operation.nullable(),
    stashes: integer,
    repositories: integer.describe("with work, inside the worktree"),
  })),
});

export const rescueRestore = z.strictObject({ ref: text, path, branch: text, stashes: integer });

export const imported = z.strictObject({
  format: text.describe("the format's name, for people"),
  list: text,
  plan: text.describe("plan.yaml, relative to the current folder"),
  name: text,
  tasks: integer,
  done: integer.describe("of the tasks"),
  unchanged: flag,
  notes: z.array(z.strictObject({ at: text, message: text }))
    .describe("how the list was read where it can be read in another way"),
});

const paths = z.array(text);

export const planned = z.strictObject({
  name: text,
  path: text.nullable().describe("plan.yaml, relative to the current folder; null: not written"),
  tasks: z.array(z.strictObject({
    id: text,
    name: text,
    priority,
    dependencies: z.array(text),
    files: z.strictObject({ create: paths, modify: paths, delete: paths, read: paths }),
  })).describe("the drafted ones"),
  steps: integer.describe("the longest chain"),
  width: integer.describe("tasks of the largest step"),
  advice: z.array(text).describe("what the critic would still change"),
  rounds: integer.describe("drafts that were made"),
  cost_usd: z.number().optional().describe("absent: the planner reported none"),
});

const coverage = z.strictObject({
  of: z.enum(["lines", "statements"]),
  percent: number.describe("the lowest, if the tool printed one for each of several packages"),
  highest: number.optional(),
  packages: integer.optional(),
  covered: integer.optional(),
  total: integer.optional(),
  from: text.describe("a file that the check wrote, or `output`"),
});

export const checked = z.strictObject({
  target: z.strictObject({
    kind: z.enum(["task", "base", "branch", "commit"]),
    name: text,
    sha: text,
    subject: text,
  }),
  state: z.enum(["passed", "failed", "unchecked"]),
  checks: z.array(z.strictObject({
    name: text,
    command: text,
    from: text.describe("`config`, or the manifests that the command comes from"),
    state: z.enum(["passed", "failed", "timed_out", "killed", "removed"])
      .describe("removed: the base has this check, the commit does not"),
    exit_code: exitCode,
    ms,
    excerpt: texts.describe("the lines of its output that say what failed"),
    log: path.optional(),
    coverage: coverage.optional(),
    reused: reused.optional(),
  })),
  ms,
  notes: texts,
});

export const analyzed = z.strictObject({
  runs: z.array(z.strictObject({
    id: text,
    plan: text.nullable(),
    started_at: moment,
    wall_ms: ms,
    jobs: integer,
  })).describe("oldest first"),
  wall_ms: ms,
  phases: z.strictObject({
    waiting: ms.describe("for a slot"),
    preparing: ms.describe("worktrees, setup, commits"),
    agent: ms,
    queued: ms.describe("waiting for a check slot"),
    checks: ms,
    landing: ms,
    limit: ms.describe("paused by a usage limit"),
    question: ms.describe("waiting for an answer"),
  }).describe("what all tasks spent in each"),
  parallel: z.strictObject({
    jobs: integer.describe("of the last run"),
    busy_ms: ms.describe("with a task at work"),
    work_ms: ms.describe("of all tasks together"),
    speedup: number,
    serial_share: number.nullable()
      .describe("of the work, with one task at work only; null: the runs had one job"),
  }),
  critical_path: z.strictObject({
    tasks: z.array(z.strictObject({ id: text, ms })),
    ms,
    wall_ms: ms,
  }).describe("of the last run"),
  tasks: z.array(z.strictObject({
    run: text,
    id: text,
    name: text,
    ms,
    attempts: integer,
    cost_usd: usd.nullable(),
  })).describe("the ones that took longest, at most ten"),
  checks: z.array(z.strictObject({
    name: text,
    command: text,
    runs: integer,
    failed: integer,
    reused: integer.describe("not run: passed on the same tree before"),
    ms,
  })),
  repairs_ms: ms.describe("of the agents' time"),
  advice: z.array(z.strictObject({ what: text, why: text, ms })).describe("the first one first"),
});

/** Each `--json` output: the name of its schema's file, and the command that prints it. */
export const OUTPUTS: Record<string, { command: string; schema: z.ZodType }> = {
  status: { command: "parex status --json", schema: taskStatus },
  report: { command: "parex report --json", schema: report },
  runs: { command: "parex runs --json", schema: runs },
  analyze: { command: "parex analyze --json", schema: analyzed },
  check: { command: "parex check --json", schema: checked },
  plan: { command: "parex plan --json", schema: planned },
  import: { command: "parex import --json", schema: imported },
  validate: { command: "parex validate --json", schema: validate },
  doctor: { command: "parex doctor --json", schema: doctor },
  "dry-run": { command: "parex execute --dry-run --json", schema: dryRun },
  prs: { command: "parex prs --json", schema: prs },
  issues: { command: "parex issues --json", schema: issues },
  "cleanup-plan": { command: "parex cleanup --dry-run --json", schema: cleanupPlan },
  cleanup: { command: "parex cleanup --yes --json", schema: cleanup },
  "rescue-list": { command: "parex rescue list --json", schema: rescueList },
  "rescue-restore": { command: "parex rescue restore --json", schema: rescueRestore },
  error: { command: "any of them that fails", schema: error },
};
