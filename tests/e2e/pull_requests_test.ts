/** Whole runs that land by pull requests, with the real gh against a fake GitHub. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { NEEDS_GH, onGitHub } from "../github/rig.ts";
import { testEnv, withEnv } from "../support/env.ts";
import type { FakeGitHub } from "../support/github.ts";
import { taskFileOf } from "../support/plan_files.ts";
import { textOf, writeFiles } from "../support/repo.ts";
import { eventsOf, type Rig, rig, type RigOptions } from "../support/rig.ts";

function story(
  name: string,
  options: RigOptions,
  tell: (stage: Rig, github: FakeGitHub) => Promise<void>,
): void {
  Deno.test({
    name,
    ...NEEDS_GH,
    fn: async () => {
      await using stage = await rig(options);
      await using github = await onGitHub(stage.repo);
      using _ = withEnv(github.env);
      await tell(stage, github);
    },
  });
}

const TASKS = { a: {}, b: {}, c: { after: ["a"] } };

story(
  "a run opens a pull request for every task, and a second one opens none",
  { tasks: TASKS },
  async (stage, github) => {
    const run = await stage.execute({ land: "pr" });
    assertEquals(run.code, 0);
    const landed = eventsOf(run.events, "task.landed").map(({ task, how, url }) => [
      task,
      how,
      url?.startsWith("https://github.com/o/r/pull/"),
    ]);
    assertEquals(landed.sort(), [["a", "pr", true], ["b", "pr", true], ["c", "pr", true]]);
    const bases = github.pullRequests.map(({ head, base }) => `${head} to ${base}`);
    assertEquals(bases.sort(), [
      "feature/a to main",
      "feature/b to main",
      "feature/c to feature/a",
    ]);
    for (const { body } of github.pullRequests) assertMatch(body, /- Commits: 1 on `feature\//);

    assertEquals((await stage.execute({ land: "pr" })).code, 0);
    const prs = await stage.parex(["prs"], { env: github.env });
    assertEquals([prs.code, github.pullRequests.length], [0, 3]);
    assertEquals(prs.stdout.match(/ kept /g)?.length, 3, prs.stdout);
  },
);

story(
  "work whose pull request a person has closed has not landed",
  {},
  async (stage, github) => {
    assertEquals((await stage.execute({ land: "pr" })).code, 0);
    for (const pullRequest of github.pullRequests) pullRequest.state = "CLOSED";
    const path = taskFileOf("a");
    const text = await stage.repo.read(path);
    await stage.repo.write({ [path]: text.replace("status: completed", "status: pending") });
    await stage.agent({ a: "echo more > more.txt" });
    const again = await stage.execute({ land: "pr" });
    assertEquals([again.code, github.pullRequests.length], [1, 1]);
    assertEquals(again.record.tasks.get("a")?.reason, "pull_request_closed");
    assertEquals(await stage.status("a"), "blocked");
  },
);

story(
  "a run that is not told how to land opens pull requests where gh is logged in, else none",
  { tasks: { a: {}, b: {} } },
  async (stage, github) => {
    {
      using _ = withEnv({ GH_TOKEN: "" });
      const run = await stage.execute({ only: ["a"] });
      assertEquals([run.code, github.pullRequests], [0, []]);
      assertMatch(run.record.notices[0]?.message ?? "", /stays on its branches: .*gh/);
    }
    const run = await stage.execute();
    const heads = github.pullRequests.map(({ head }) => head).sort();
    assertEquals([run.code, heads], [0, ["feature/a", "feature/b"]]);
    assertEquals(run.record.notices, []);
  },
);

Deno.test("a run in a repository without a remote never asks gh how to land", async () => {
  await using stage = await rig();
  const trap = join(stage.home, "bin");
  await writeFiles(trap, { gh: `#!/bin/sh\necho "$*" >> '${stage.home}/asked'\nexit 1\n` });
  await Deno.chmod(join(trap, "gh"), 0o755);
  const { code, stderr } = await stage.parex(["execute"], {
    env: { PATH: `${trap}:${testEnv().PATH}` },
  });
  assertEquals([code, await textOf(join(stage.home, "asked"))], [0, undefined], stderr);
});

story(
  "a run that cannot open pull requests is refused before any agent starts",
  { tasks: { a: {} } },
  async (stage, github) => {
    using _ = withEnv({ GH_TOKEN: "" });
    const run = await stage.execute({ land: "pr" });
    assertEquals([run.code, run.failure?.reason, run.events], [3, "gh_logged_out", []]);
    assertEquals(github.requests, []);
  },
);

story(
  "a pull request that GitHub refuses blocks its task, which gets an issue",
  { tasks: { a: {}, b: {} } },
  async (stage, github) => {
    github.faults.push({ on: "POST /pulls", status: 422, message: "No way" });
    const run = await stage.execute({ land: "pr", issues: true, jobs: 1 });
    assertEquals(run.code, 1);
    const blocked = [...run.record.tasks.values()].find(({ status }) => status === "blocked");
    assert(blocked);
    assertEquals([blocked.reason, github.pullRequests.length], ["pull_request_failed", 1]);
    assertMatch(github.issues[0]?.body ?? "", /blocked: pull request failed[^]*No way/);

    await stage.agent({ any: "echo more >> work.txt; git add -A; git commit -qm 'feat: more'" });
    assertEquals((await stage.execute({ land: "pr", issues: true })).code, 0);
    assertEquals([github.issues.length, github.pullRequests.length], [1, 2]);
    assertMatch(github.issues[0]?.comments[0] ?? "", /Completed in run/);
  },
);
