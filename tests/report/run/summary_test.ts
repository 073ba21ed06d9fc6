import fc from "fast-check";
import type { EventBody } from "../../../src/domain/event.ts";
import { recordOf } from "../../../src/domain/record.ts";
import type { TaskRecord } from "../../../src/domain/task_record.ts";
import { newTask } from "../../../src/domain/task_record.ts";
import { criticalPath } from "../../../src/report/run/critical_path.ts";
import { costOf, modelOf } from "../../../src/domain/prices.ts";
import { summarize } from "../../../src/report/run/summary.ts";
import { reportText } from "../../../src/report/run/text.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import {
  agentStarted,
  moment,
  node,
  sampleEvents,
  script,
  started,
  status,
} from "../sample_run.ts";

Deno.test("summarize() gives counts, times and costs that add up", () => {
  const summary = summarize(recordOf(sampleEvents()));
  const { counts, time, usage, tasks } = summary;
  assertEquals(counts.completed + counts.blocked + counts.pending, counts.selected);
  assertEquals([counts.selected, counts.already_completed, counts.left_out], [4, 1, 0]);
  assertEquals(tasks.reduce((sum, task) => sum + task.ms, 0), time.tasks_ms);
  assertEquals(
    tasks.reduce((sum, task) => sum + task.usage.input_tokens, 0),
    usage.input_tokens,
  );
  assertEquals([usage.cost_usd, usage.cost_unreported], [0.0265, 1]);
  assertEquals(usage.cache_read_share, 0.75);
});

Deno.test("summarize() counts up to now during a run, and the report shows no lower bound yet", () => {
  const record = recordOf(script(
    [0, started([node("a", "A")])],
    [1, status("a", "pending", "in_progress")],
    [2, agentStarted("a")],
  ));
  const running = summarize(record, moment(61));
  assertEquals([running.state, running.time.wall_ms, running.time.tasks_ms], [
    "running",
    61_000,
    60_000,
  ]);
  assertEquals([running.time.agents_ms, running.tasks[0]?.calls[0]?.ms], [59_000, 59_000]);
  assertEquals([running.time.speedup, running.tasks[0]?.ms], [0.98, 60_000]);
  assert(reportText(running, { color: false, columns: 80 }).includes("1m 00s so far:\n"));
  assertEquals(summarize(record).time.wall_ms, 2000);
});

Deno.test("summarize() does not count the time of an interrupted attempt", () => {
  const start = started([node("a", "A")]);
  const record = recordOf(script(
    [0, start],
    [1, status("a", "pending", "in_progress")],
    [2, agentStarted("a")],
    [600, { ...start, resumed: true } as EventBody],
    [601, status("a", "pending", "in_progress")],
  ));
  assertEquals(summarize(record, moment(610)).time.agents_ms, 0);
});

Deno.test("summarize() names what a pending task waits for", () => {
  const waiting = summarize(recordOf(sampleEvents())).tasks.find((task) => task.id === "task-3");
  assertEquals(waiting?.waits_for, [{ id: "task-2", status: "blocked" }]);
});

Deno.test("summarize() shows only the checks of the last attempt", () => {
  const repaired = summarize(recordOf(sampleEvents())).tasks.find((task) => task.id === "task-1");
  assertEquals(repaired?.checks.map((check) => check.exit_code), [0]);
});

Deno.test("summarize() compares with models that did not do the work", () => {
  const { same_tokens } = summarize(recordOf(sampleEvents()));
  assertEquals(same_tokens.models.map(({ name }) => name), ["Haiku 4.5", "Sonnet 5.5", "Opus 5.5"]);
  assert(same_tokens.models.every(({ cost_usd }) => cost_usd > 0));
});

Deno.test("summarize() says that a cost was not reported instead of nothing spent", () => {
  const { usage, same_tokens } = summarize(recordOf(script(
    [0, started([node("a", "A")])],
    [0, status("a", "pending", "in_progress")],
    [1, agentStarted("a")],
    [2, { type: "agent.finished", task: "a", attempt: 1, outcome: "finished", ms: 1000 }],
    [3, status("a", "testing", "completed")],
  )));
  assertEquals([usage.cost_usd, usage.cost_unreported, usage.estimated_usd], [null, 1, null]);
  assertEquals(same_tokens.models, []);
});

Deno.test("summarize() suggests to look at the branches that contain all others, and to merge", () => {
  assertEquals(summarize(recordOf(sampleEvents())).next, [
    "git log --oneline main..feature/task-1",
    "parex merge",
    "parex retry task-2",
  ]);
});

Deno.test("costOf() takes the prices of the prompts' size", () => {
  const model = modelOf("claude-haiku-5-5-20261001");
  assert(model);
  const million = { input_tokens: 1_000_000, output_tokens: 0 };
  assertEquals(costOf(model, { ...million, turns: 10 }), 0.1);
  assertEquals(costOf(model, { ...million, turns: 2 }), 0.5);
  assertEquals(modelOf("some-other-model"), undefined);
});

/** Tasks that wait only for earlier ones, each with the seconds that it took. */
const plans = fc.array(
  fc.record({ seconds: fc.nat(100), waits: fc.array(fc.nat(30), { maxLength: 4 }) }),
  { minLength: 1, maxLength: 30 },
).map((drafts): TaskRecord[] =>
  drafts.map(({ seconds, waits }, i) => ({
    ...newTask(node(`t${i}`, "", [...new Set(waits.filter((at) => at < i))].map((at) => `t${at}`))),
    spans: [{ start: 0, end: seconds * 1000 }],
  }))
);

Deno.test("criticalPath() is a chain of dependencies, and no chain is longer", () => {
  fc.assert(fc.property(plans, (tasks) => {
    const path = criticalPath(tasks, 0);
    const byId = new Map(tasks.map((task) => [task.id, task]));
    for (const [i, id] of path.tasks.entries()) {
      const before = path.tasks[i - 1];
      if (before !== undefined) assert(byId.get(id)?.dependencies.includes(before));
    }
    const lengths = new Map<string, number>();
    for (const { id, dependencies, spans } of tasks) {
      const before = Math.max(0, ...dependencies.map((dependency) => lengths.get(dependency) ?? 0));
      lengths.set(id, before + (spans[0]?.end ?? 0));
    }
    assertEquals(path.ms, Math.max(...lengths.values()));
    const chained = path.tasks.reduce((sum, id) => sum + (byId.get(id)?.spans[0]?.end ?? 0), 0);
    assertEquals(path.ms, chained);
  }));
});

Deno.test("summarize() tells what each attempt cost, and what each landed task did", () => {
  const landed = script([90, { type: "task.landed", task: "task-1", how: "merge", sha: "abc" }]);
  const summary = summarize(recordOf([...sampleEvents(), ...landed]));
  const calls = summary.tasks.find(({ id }) => id === "task-1")?.calls ?? [];
  assertEquals(
    calls.map(({ attempt, model, usage }) => [attempt, model, usage.cost_usd, usage.input_tokens]),
    [[1, "claude-haiku-5-5", 0.0082, 12_000], [2, "claude-haiku-5-5", 0.0082, 12_000]],
  );
  assertEquals(summary.cost_per_landed_usd, 0.0265);
  assertEquals(summarize(recordOf(sampleEvents())).cost_per_landed_usd, null);
});

Deno.test("summarize() asks for an answer to a question before its task is done again", () => {
  const blocked = (task: string, reason: "needs_input" | "no_changes"): EventBody => {
    return { type: "task.status", task, from: "in_progress", to: "blocked", reason };
  };
  const { next } = summarize(recordOf(script(
    [0, started([node("a", "A"), node("b", "B"), node("c", "C")])],
    [1, blocked("a", "no_changes")],
    [2, blocked("b", "needs_input")],
    [3, blocked("c", "no_changes")],
    [4, {
      type: "run.finished",
      exit_code: 1,
      completed: 0,
      blocked: 3,
      pending: 0,
      ms: 4000,
      speedup: 1,
    }],
  )));
  assertEquals(next, ['parex answer b "…"', "parex retry a c"]);
});

Deno.test("summarize() counts an attempt once that a usage limit has parked", () => {
  const parked = (outcome: "limited" | "finished"): EventBody => {
    return { type: "agent.finished", task: "a", attempt: 1, outcome, ms: 1000 };
  };
  const { tasks: [task] } = summarize(recordOf(script(
    [0, started([node("a", "A")])],
    [0, status("a", "pending", "in_progress")],
    [1, agentStarted("a")],
    [2, parked("limited")],
    [3, agentStarted("a")],
    [4, parked("finished")],
  )));
  assertEquals([task?.attempts, task?.calls.length], [1, 2]);
});
