/** The real gh against a fake GitHub: one issue for each thing that people must look at. */
import type { EventBody } from "../../src/domain/event.ts";
import { resultOf } from "../../src/domain/failed.ts";
import { recordOf } from "../../src/domain/record.ts";
import { reportIssues } from "../../src/run/landing/issues.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { taskOf } from "../support/plans.ts";
import { failureOf } from "../support/result.ts";
import { makeRig, NEEDS_GH, type Rig, type RunBody, runEvents } from "./rig.ts";

const TASK = taskOf("task-1");
const FAILED = { command: "npm test", exitCode: 1, tail: "1 failing: `a`\n```\n" };
const BLOCKED: RunBody = {
  type: "task.status",
  task: "task-1",
  from: "testing",
  to: "blocked",
  reason: "checks_failed",
  message: "test ended with exit code 1 after 3 attempts: npm test",
  details: FAILED.tail.trimEnd().split("\n"),
  next: ["parex retry task-1"],
  failure: { reason: "checks_failed", check: "test", failed: FAILED, attempts: 3 },
};

function story(name: string, tell: (rig: Rig) => Promise<void>): void {
  Deno.test({
    name,
    ...NEEDS_GH,
    fn: async () => {
      await using rig = await makeRig();
      await tell(rig);
    },
  });
}

/** What a run in which this happened last tells GitHub, and what it tells the user. */
async function report(rig: Rig, more: RunBody[], run = "run-1"): Promise<string[]> {
  const told: string[] = [];
  const emit = (event: EventBody) => {
    if (event.type === "notice") told.push(event.message);
  };
  const record = { ...recordOf(runEvents(TASK, more)), run };
  await reportIssues({ gh: rig.scope.gh, record, emit });
  return told;
}

story("reportIssues() opens an issue for a blocked task, and says where it is", async (rig) => {
  assertEquals(await report(rig, [BLOCKED]), [
    "an issue was opened for task-1: https://github.com/o/r/issues/1",
  ]);
  const [issue] = rig.github.issues;
  assertEquals([issue?.title, issue?.labels], ["Blocked: Task task-1", ["parex"]]);
  assertMatch(issue?.body ?? "", /`task-1` of the plan `sample` is blocked: checks failed/);
  assertMatch(issue?.body ?? "", /^````text\n.*npm test[^]*1 failing: `a`\n```\n````$/m);
  assertMatch(issue?.body ?? "", /parex retry task-1/);
});

story("reportIssues() opens no second one, and brings the first up to date", async (rig) => {
  await report(rig, [BLOCKED]);
  rig.github.issues[0]!.title = "Renamed by a person";
  rig.github.issues[0]!.body += "\n\nNotes of a person.";
  assertEquals(await report(rig, [BLOCKED], "run-2"), [
    "an issue is open for task-1: https://github.com/o/r/issues/1",
  ]);
  assertEquals(rig.github.issues.length, 1);
  assertMatch(rig.github.issues[0]?.body ?? "", /- Run: `run-2`[^]*Notes of a person\.$/);
  assertEquals(rig.github.issues[0]?.title, "Renamed by a person");
});

story("reportIssues() finds its issue behind a hundred others", async (rig) => {
  await report(rig, [BLOCKED]);
  const other = { title: "Other", body: "", state: "closed" as const, comments: [] };
  rig.github.issues.unshift(
    ...Array.from({ length: 100 }, (_, index) => ({
      ...other,
      number: index + 2,
      labels: ["parex"],
    })),
  );
  await report(rig, [BLOCKED]);
  assertEquals(rig.github.issues.length, 101);
});

story("reportIssues() leaves a closed issue closed", async (rig) => {
  await report(rig, [BLOCKED]);
  rig.github.issues[0]!.state = "closed";
  assertEquals(await report(rig, [BLOCKED]), [
    "there is a closed issue for task-1: https://github.com/o/r/issues/1",
  ]);
  assertEquals([rig.github.issues.length, rig.github.issues[0]?.state], [1, "closed"]);
});

story("reportIssues() says once that a task is completed, and closes nothing", async (rig) => {
  await report(rig, [BLOCKED]);
  await report(rig, [], "run-2");
  await report(rig, [], "run-2");
  const [issue] = rig.github.issues;
  assertEquals([issue?.state, issue?.comments.length], ["open", 1]);
  assertMatch(issue?.comments[0] ?? "", /Completed in run `run-2`/);
});

story("reportIssues() opens one for a check that fails on all tasks together", async (rig) => {
  const check = (exit_code: number): RunBody => ({
    type: "checks.finished",
    name: "test",
    command: "npm test",
    exit_code,
    ms: 5000,
  });
  await report(rig, [check(1)]);
  assertEquals(rig.github.issues.map(({ title }) => title), ["Integration: test fails on main"]);
  await report(rig, [check(1), check(0)], "run-2");
  assertMatch(rig.github.issues[0]?.comments[0] ?? "", /`test` passes in run `run-2`/);
  assertEquals(rig.github.issues.length, 1);
});

story("reportIssues() opens one issue when GitHub loses its answer", async (rig) => {
  rig.github.faults.push({ on: "POST /issues", status: 502, message: "gone", carriedOut: true });
  await report(rig, [BLOCKED]);
  assertEquals(rig.github.issues.length, 1);
});

story("reportIssues() asks nothing of GitHub when a run leaves nothing to say", async (rig) => {
  await report(rig, [{ type: "task.status", task: "task-1", from: "testing", to: "pending" }]);
  assertEquals(rig.github.requests, []);
});

story("reportIssues() fails where it may not mark its issues", async (rig) => {
  rig.github.may.label = false;
  const record = recordOf(runEvents(TASK, [BLOCKED]));
  const emit = () => assert(false, "there is nothing to tell");
  const failed = await resultOf(() => reportIssues({ gh: rig.scope.gh, record, emit }));
  assertMatch(failureOf(failed, "github_failed").detail, /the label parex: .*HTTP 403/);
  assertEquals(rig.github.issues, []);
});
