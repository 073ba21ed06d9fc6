/** The real gh against a fake GitHub: one issue per task of a plan. */
import { recordOf } from "../../src/domain/record.ts";
import type { Task } from "../../src/domain/task.ts";
import { reportIssues } from "../../src/run/landing/issues.ts";
import { type IssueTemplate, readIssueTemplate } from "../../src/run/landing/issue_template.ts";
import { ensurePullRequest } from "../../src/run/landing/pull_request.ts";
import { ensureTaskIssues } from "../../src/run/landing/task_issues.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { taskOf } from "../support/plans.ts";
import { failureOf } from "../support/result.ts";
import { resultOf } from "../../src/domain/failed.ts";
import { makeRig, NEEDS_GH, type Rig, runEvents } from "./rig.ts";

const NO_TEMPLATE: IssueTemplate = { title: "", labels: [], assignees: [], body: "" };

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

/** Adds a task without work to the plan. */
function plan(rig: Rig, id: string, more: Partial<Task> = {}): Task {
  const { tasks } = rig.scope.plan;
  const task = {
    ...taskOf(id, more.dependencies, "medium", tasks.length),
    title: `Do ${id}`,
    body: `# Do ${id}\n\nAs @someone says.\n`,
    ...more,
  };
  tasks.push(task);
  return task;
}

const issuesFor = (rig: Rig, template = NO_TEMPLATE) =>
  ensureTaskIssues({ ...rig.scope, template }, () => {});

async function statesOf(rig: Rig, template?: IssueTemplate): Promise<string[]> {
  return (await issuesFor(rig, template)).map(({ task, state }) => `${task} ${state}`);
}

story("every task gets one issue, which names those that it waits for", async (rig) => {
  plan(rig, "b", { dependencies: ["a"] });
  plan(rig, "a");
  assertEquals(await statesOf(rig), ["a created", "b created"]);
  const [a, b] = rig.github.issues;
  assertEquals([a?.title, b?.title], ["Do a", "Do b"]);
  assertMatch(b?.body ?? "", /Depends on #1\n- Priority: medium\n- Task `b` of the plan `sample`/);
  assert(!a?.body.includes("@someone"), "nobody is mentioned");
  assertEquals(rig.waits, [1000], "GitHub asks for a second between two issues");
});

story("a second time opens none, and brings parex's part up to date", async (rig) => {
  const a = plan(rig, "a");
  await issuesFor(rig);
  assertEquals(await statesOf(rig), ["a kept"]);
  const [issue] = rig.github.issues;
  issue!.title = "Renamed by a person";
  issue!.body += "\n\nNotes of a person.";
  a.body = "# Do a\n\nAnother way.\n";
  assertEquals(await statesOf(rig), ["a updated"]);
  assertEquals(rig.github.issues.length, 1);
  assertEquals(issue?.title, "Renamed by a person");
  assertMatch(issue?.body ?? "", /Another way\.[^]*Notes of a person\.$/);
});

story("an issue whose creation was not answered is not opened twice", async (rig) => {
  plan(rig, "a");
  rig.github.faults.push({ on: "POST /issues", status: 502, message: "bad", carriedOut: true });
  assertEquals(await statesOf(rig), ["a created"]);
  assertEquals(rig.github.issues.length, 1);
});

story("an issue that the plan names stays as it is", async (rig) => {
  plan(rig, "a", { issue: 7 });
  plan(rig, "b", { dependencies: ["a"] });
  assertEquals(await statesOf(rig), ["a named", "b created"]);
  assertMatch(rig.github.issues[0]?.body ?? "", /Depends on #7/);
});

story("a template gives title, labels, assignees, milestone and the text above", async (rig) => {
  const file = `${rig.temp.root}/template.md`;
  await Deno.writeTextFile(
    file,
    "---\nname: Task\ntitle: '[task] '\nlabels: planned, triage\nassignees: [octocat]\n" +
      "milestone: v2\n---\nRead the guide first.\n",
  );
  rig.github.milestones.push({ number: 3, title: "v2" });
  rig.github.labels.push("backend");
  plan(rig, "a", { labels: ["backend", "unknown"] });
  await issuesFor(rig, await readIssueTemplate(rig.temp.root, file));
  const [issue] = rig.github.issues;
  assertEquals(issue?.title, "[task] Do a");
  assertEquals(new Set(issue?.labels), new Set(["parex", "planned", "triage", "backend"]));
  assertEquals([issue?.assignees, issue?.milestone], [["octocat"], 3]);
  assertMatch(issue?.body ?? "", /^Read the guide first\./);
});

Deno.test("a template that cannot be read is refused with its name", async () => {
  const read = await resultOf(() => readIssueTemplate("/", "/nowhere/template.md"));
  const failure = failureOf(read, "usage");
  assertMatch(failure.message, /cannot read the issue template \/nowhere\/template\.md/);
});

story("the pull request of a task closes its issue", async (rig) => {
  const task = await rig.done({ id: "a" });
  await issuesFor(rig);
  await ensurePullRequest(rig.scope, task, undefined);
  assertMatch(rig.github.pullRequests[0]?.body ?? "", /Closes #1\n/);
});

story("a pull request is opened where the repository has no issues", async (rig) => {
  const task = await rig.done({ id: "a" });
  rig.github.faults.push({ on: "GET /issues", status: 410, message: "Issues are disabled" });
  await ensurePullRequest(rig.scope, task, undefined);
  assertEquals(rig.github.pullRequests.length, 1);
});

story("the issue of a task that is in the base is closed", async (rig) => {
  await rig.done({ id: "a" });
  await rig.done({ id: "b" });
  await issuesFor(rig);
  await rig.temp.git(["merge", "-q", "--no-ff", "--no-edit", "feature/a"]);
  assertEquals(await statesOf(rig), ["a closed", "b kept"]);
  assertEquals(rig.github.issues.map(({ state }) => state), ["closed", "open"]);
});

story("a run that ends with the task blocked comments on its issue, once", async (rig) => {
  const task = plan(rig, "a");
  await issuesFor(rig);
  const failure = { reason: "no_changes" as const };
  const blocked = runEvents(task, [{
    type: "task.status",
    task: "a",
    from: "testing",
    to: "blocked",
    reason: "no_changes",
    message: "the agent changed nothing",
    details: [],
    next: ["parex retry a"],
    failure,
  }]);
  const record = recordOf(blocked);
  for (let time = 0; time < 2; time++) {
    await reportIssues({ gh: rig.scope.gh, record, emit: () => {} });
  }
  const [issue, ...others] = rig.github.issues;
  assertEquals(others, [], "there is no second issue about the block");
  assertEquals(issue?.comments.length, 1);
  assertMatch(issue?.comments[0] ?? "", /is blocked[^]*the agent changed nothing[^]*parex retry a/);
});
