import type { Plan } from "../../../src/domain/plan.ts";
import { recordOf } from "../../../src/domain/record.ts";
import type { Status, Task } from "../../../src/domain/task.ts";
import { statusReport, statusText } from "../../../src/report/run/status.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";
import { agentStarted, node, sampleEvents, script, started } from "../sample_run.ts";

function task(id: string, name: string, status: Status, order: number): Task {
  return {
    id,
    name,
    status,
    order,
    priority: "medium",
    effectivePriority: "medium",
    dependencies: [],
    source: { kind: "file", path: `/code/wc/.parallel/plans/${id}.md` },
    body: "",
    labels: [],
    files: { create: [], modify: [], delete: [], read: [] },
  };
}

const plan: Plan = {
  name: "word-count",
  identity: "word-count",
  path: "/code/wc/.parallel/plans/plan.yaml",
  tasks: [
    task("task-0", "Set up the project", "completed", 0),
    task("task-2", "Print a table", "blocked", 1),
    task("task-3", "Write the manual page", "pending", 2),
  ],
  warnings: [],
};

const facts = new Map([
  ["task-0", {
    branch: "feature/task-0",
    ahead: 2,
    dirty: false,
    worktree: "/code/wc/worktrees/task-0",
  }],
  ["task-2", {
    branch: "feature/task-2",
    ahead: 0,
    dirty: true,
    worktree: "/code/wc/worktrees/task-2",
  }],
]);

Deno.test("statusReport() combines the task files, the last run and git", () => {
  const report = statusReport(plan, recordOf(sampleEvents()), false, facts);
  assertEquals(report.run, { id: "20261122-093000-k3f9", state: "finished" });
  assertEquals(report.tasks, [
    {
      id: "task-0",
      name: "Set up the project",
      status: "completed",
      branch: "feature/task-0",
      attempts: 1,
      cost_usd: 0.0101,
      ahead: 2,
      dirty: false,
      worktree: "/code/wc/worktrees/task-0",
    },
    {
      id: "task-2",
      name: "Print a table",
      status: "blocked",
      branch: "feature/task-2",
      attempts: 1,
      reason: "agent_failed",
      message: "the agent failed: it ended with exit code 1",
      ahead: 0,
      dirty: true,
      worktree: "/code/wc/worktrees/task-2",
    },
    {
      id: "task-3",
      name: "Write the manual page",
      status: "pending",
      branch: "feature/task-3",
      attempts: 0,
    },
  ]);
});

Deno.test("statusReport() believes the task file where the last run left something else", () => {
  const again = { ...plan, tasks: [task("task-2", "Print a table", "pending", 0)] };
  const [only] = statusReport(again, recordOf(sampleEvents()), false, new Map()).tasks;
  assertEquals([only?.status, only?.reason], ["pending", undefined]);
});

Deno.test("statusText() prints a table of 80 columns", () => {
  const report = statusReport(plan, recordOf(sampleEvents()), true, facts);
  assertEquals(
    statusText(report, { color: false, columns: 80 }),
    `\
word-count: 1 of 3 tasks completed, 1 blocked, 1 waiting
run 20261122-093000-k3f9: finished

✔ task-0  Set up the project          completed   feature/task-0     +2  $0.0101
✘ task-2  Print a table               blocked     feature/task-2    +0*
          the agent failed: it ended with exit code 1
· task-3  Write the manual page       waiting
`,
  );
});

Deno.test("statusText() fits 80 columns, however long ids, names and branches are", () => {
  const id = "user-authentication-and-sessions";
  const long = { ...plan, tasks: [task(id, "Let users log in and stay so", "completed", 0)] };
  const known = new Map([[id, {
    branch: `feature/${id}`,
    ahead: 12,
    dirty: true,
    worktree: "/code/wc/worktrees/x",
  }]]);
  const text = statusText(statusReport(long, undefined, false, known), {
    color: false,
    columns: 80,
  });
  assert(text.includes("Let users…  completed   feature/user-authen…   +12*"), text);
  for (const line of text.split("\n")) assert(line.length <= 80, line);
});

Deno.test("statusReport() counts an attempt once that a usage limit has parked", () => {
  const record = recordOf(script(
    [0, started([node("task-0", "A")])],
    [1, agentStarted("task-0")],
    [2, { type: "agent.finished", task: "task-0", attempt: 1, outcome: "limited", ms: 1000 }],
    [3, agentStarted("task-0")],
  ));
  assertEquals(statusReport(plan, record, true, facts).tasks[0]?.attempts, 1);
});

Deno.test("statusText() shows predicted conflicts, before any run those of the plan", () => {
  const files = { create: [], modify: ["table.ts"], delete: [], read: [] };
  const alike = { ...plan, tasks: plan.tasks.map((task) => ({ ...task, files })) };
  const text = statusText(statusReport(alike, undefined, false, new Map()), {
    color: false,
    columns: 80,
  });
  assertMatch(text, /\n\nLikely conflicts\n {2}task-2 and task-3 both change table\.ts\n$/);
});
