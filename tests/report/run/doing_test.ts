import type { EventBody } from "../../../src/domain/event.ts";
import { recordOf } from "../../../src/domain/record.ts";
import { doingWords } from "../../../src/report/run/doing.ts";
import { assertEquals } from "../../support/assert.ts";
import { agentStarted, moment, node, script, started, status } from "../sample_run.ts";

const SETTINGS = { settings: { attempts: 3, land: "merge" } } as Partial<EventBody>;

/** What is said of the task `a` after each event. */
function saidAfter(...events: EventBody[]): string[] {
  const graph = [node("base", "Base"), node("a", "A", ["base"])];
  const all = [started(graph, SETTINGS), ...events];
  return all.map((_, at) => {
    const record = recordOf(
      script(
        ...all.slice(0, at + 1).map((event, second) => [second, event] as [number, EventBody]),
      ),
    );
    const task = record.tasks.get("a");
    return task ? doingWords(task, record, moment(at)) : "";
  });
}

const finished: EventBody = {
  type: "agent.finished",
  task: "a",
  attempt: 1,
  outcome: "finished",
  ms: 1000,
};
const committed: EventBody = {
  type: "task.committed",
  task: "a",
  attempt: 1,
  commits: 1,
  head: "1",
  by_parex: true,
};

function check(exit_code: number, attempt: number, merged?: true): EventBody[] {
  const told = { task: "a", attempt, name: "test", command: "npm test", merged };
  return [{ type: "checks.started", ...told }, {
    type: "checks.finished",
    ...told,
    exit_code,
    ms: 1,
  }];
}

Deno.test("doingWords() tells apart what a task waits for and what is done with it", () => {
  assertEquals(
    saidAfter(
      status("base", "in_progress", "completed"),
      status("a", "pending", "in_progress"),
      { type: "worktree.created", task: "a", path: "/w/a", branch: "feature/a", ms: 1 },
      agentStarted("a"),
      { type: "agent.activity", task: "a", attempt: 1, doing: "Edit a.ts" },
      finished,
      committed,
      status("a", "in_progress", "testing"),
      ...check(1, 1),
      status("a", "testing", "in_progress"),
      agentStarted("a", 2),
      { type: "agent.activity", task: "a", attempt: 2, doing: "Edit b.ts" },
    ),
    [
      "waits for base",
      "waits for a free slot",
      "creating its worktree",
      "setting up",
      "attempt 1/3",
      "Edit a.ts",
      "committing",
      "committing",
      "waiting for a check slot",
      "running test",
      "test failed",
      "queued 2/3: test failed",
      "attempt 2/3",
      "attempt 2/3: Edit b.ts",
    ],
  );
});

Deno.test("doingWords() says where a completed task is on its way to the base", () => {
  const completed = [
    status("a", "pending", "in_progress"),
    agentStarted("a"),
    finished,
    committed,
    ...check(0, 1),
    status("a", "testing", "completed"),
  ];
  const said = saidAfter(...completed, ...check(0, 1, true), {
    type: "task.landed",
    task: "a",
    how: "merge",
    sha: "1",
  });
  assertEquals(said.slice(-4), [
    "in the merge queue",
    "test on the merge",
    "in the merge queue",
    "merged",
  ]);
  const conflict = saidAfter(...completed, status("a", "testing", "in_progress"));
  assertEquals(conflict.at(-1), "queued 2/3: merge conflict");
});
