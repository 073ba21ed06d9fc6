/** The real gh against a fake GitHub: one pull request per branch, whatever happens. */
import { markOf } from "../../src/report/github/managed_part.ts";
import { ensurePullRequest } from "../../src/run/landing/pull_request.ts";
import { remotesOf } from "../../src/git/remotes.ts";
import { openPullRequests } from "../../src/run/landing/land_pr.ts";
import { preparePullRequests } from "../../src/run/landing/repositories.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { findTool } from "../support/needs.ts";
import { failureFrom } from "../support/result.ts";
import { evidenceOf, makeRig, NEEDS_GH, type Rig } from "./rig.ts";
import { withEnv } from "../support/env.ts";

function story(name: string, tell: (rig: Rig) => Promise<void>): void {
  Deno.test({
    name,
    ...NEEDS_GH,
    fn: async () => {
      await using rig = await makeRig();
      await tell(rig);
      assertEquals(rig.github.invalid, [], "every query follows GitHub's schema");
    },
  });
}

story("ensurePullRequest() pushes the branch and opens a pull request", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  const opened = await ensurePullRequest(rig.scope, task, evidenceOf(task));
  assertEquals(opened, {
    number: 1,
    url: "https://github.com/o/r/pull/1",
    state: "created",
  });
  const [made] = rig.github.pullRequests;
  assertEquals([made?.title, made?.base, made?.head], ["Do task-1", "main", "feature/task-1"]);
  assertMatch(made?.body ?? "", /^# Do task-1\n\nAs it says\.$/m);
  assertMatch(made?.body ?? "", /^\| test \| `npm test \\\| tee log` \| 0 \| 1\.2s \|$/m);
  assertEquals(made?.headSha, await rig.temp.git(["rev-parse", "feature/task-1"]));
});

story("ensurePullRequest() opens none when it is run again", async (rig) => {
  rig.github.labels.push("bug");
  const task = await rig.done({ id: "task-1", labels: ["bug"] });
  await ensurePullRequest(rig.scope, task, evidenceOf(task));
  rig.github.requests.length = 0;
  const again = await ensurePullRequest(rig.scope, task, evidenceOf(task));
  assertEquals([again.state, again.number], ["kept", 1]);
  assertEquals(rig.github.requests, ["POST /graphql", "GET /issues"], "nothing is written");
});

story("ensurePullRequest() brings its part of the body up to date, and no other", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  await ensurePullRequest(rig.scope, task, evidenceOf(task));
  const [made] = rig.github.pullRequests;
  assert(made);
  made.body = `Please read this first.\r\n\r\n${made.body}\r\n\r\nAnd this last.`;
  const clearer = { ...task, body: "# Do task-1\n\nClearer.\n" };
  const again = await ensurePullRequest(rig.scope, clearer, evidenceOf(task));
  assertEquals(again.state, "updated");
  assertMatch(made.body, /^Please read this first\.[^]*Clearer\.[^]*And this last\.$/);
  assert(!made.body.includes("As it says."));
  assertEquals(made.body.split("## Evidence").length, 2, "one part, replaced");
});

story("ensurePullRequest() adds its part to a pull request that a person opened", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  rig.github.pullRequests.push(pullRequest({ body: "Mine." }));
  const kept = await ensurePullRequest(rig.scope, task, evidenceOf(task));
  assertEquals([kept.state, rig.github.pullRequests.length], ["updated", 1]);
  assertMatch(rig.github.pullRequests[0]?.body ?? "", /^Mine\.\n\n<!-- parex:[^]*## Evidence/);
});

story("ensurePullRequest() keeps the evidence of another machine", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  await ensurePullRequest(rig.scope, task, evidenceOf(task));
  assertEquals((await ensurePullRequest(rig.scope, task, undefined)).state, "kept");
});

for (const state of ["CLOSED", "MERGED"] as const) {
  story(
    `ensurePullRequest() respects a ${state.toLowerCase()} one and pushes nothing`,
    async (rig) => {
      const task = await rig.done({ id: "task-1" });
      await ensurePullRequest(rig.scope, task, evidenceOf(task));
      const [made] = rig.github.pullRequests;
      assert(made);
      made.state = state;
      await rig.temp.git(["push", "-q", "origin", ":feature/task-1"]);
      const again = await ensurePullRequest(rig.scope, task, evidenceOf(task));
      assertEquals([again.state, again.number], [state.toLowerCase(), 1]);
      assertMatch(rig.notices.join(), /opens no second one/);
      assertEquals(await rig.temp.git(["ls-remote", remoteOf(rig), "feature/*"]), "");
    },
  );
}

story("ensurePullRequest() passes over a merged one of another plan's branch", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  const body = markOf("older plan", "task-1");
  rig.github.pullRequests.push(pullRequest({ state: "MERGED", body }));
  const opened = await ensurePullRequest(rig.scope, task, evidenceOf(task));
  assertEquals([opened.state, opened.number], ["created", 2]);
});

story("ensurePullRequest() passes over one from a fork's branch of that name", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  rig.github.pullRequests.push(pullRequest({ fromFork: true }));
  assertEquals((await ensurePullRequest(rig.scope, task, undefined)).state, "created");
});

story("ensurePullRequest() gives only labels that the repository has, and says so", async (rig) => {
  rig.github.labels.push("bug", "area: öl/gas");
  const task = await rig.done({ id: "task-1", labels: ["new", "bug", "area: öl/gas"] });
  assertEquals((await ensurePullRequest(rig.scope, task, undefined)).state, "created");
  assertEquals(rig.github.labels, ["bug", "area: öl/gas"]);
  assertEquals(rig.github.pullRequests[0]?.labels, ["bug", "area: öl/gas"]);
  assertEquals(rig.notices, [
    "task-1: the label new was left out: the repository has no such label",
  ]);
});

story("ensurePullRequest() waits out a secondary limit for as long as GitHub says", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  const message = "You have exceeded a secondary rate limit.";
  rig.github.faults.push(
    { on: "POST /graphql", status: 403, message },
    { on: "POST /pulls", status: 403, message, headers: { "retry-after": "7" } },
    { on: "POST /pulls", status: 429, message: "slow down" },
  );
  assertEquals((await ensurePullRequest(rig.scope, task, undefined)).state, "created");
  assertEquals(rig.waits.map((ms) => within(ms, [60_000, 7_000, 120_000])), [60, 7, 120]);
});

story("ensurePullRequest() opens one when GitHub loses its answers", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  rig.github.faults.push(
    { on: "POST /graphql", status: 502, message: "bad gateway" },
    { on: "POST /pulls", status: 502, message: "bad gateway" },
    { on: "POST /pulls", status: 504, message: "too late", carriedOut: true },
  );
  assertEquals((await ensurePullRequest(rig.scope, task, undefined)).number, 1);
  assertEquals(rig.github.pullRequests.length, 1);
  assertEquals(rig.github.requests.filter((one) => one === "POST /pulls").length, 2);
});

story("ensurePullRequest() keeps the one that somebody opens meanwhile", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  rig.github.faults.push({ on: "POST /pulls", status: 422, message: "exists", carriedOut: true });
  assertEquals((await ensurePullRequest(rig.scope, task, undefined)).state, "kept");
});

story(
  "ensurePullRequest() fails with GitHub's words, and gives up on lasting faults",
  async (rig) => {
    const task = await rig.done({ id: "task-1" });
    const refused = { on: "POST /pulls", status: 422, message: "No commits between main and it" };
    rig.github.faults.push(refused);
    const failure = await failureFrom(
      ensurePullRequest(rig.scope, task, undefined),
      "pull_request_failed",
    );
    assertMatch(failure.detail, /No commits between/);
    assertEquals([failure.branch, failure.base, rig.waits], ["feature/task-1", "main", []]);

    const down = { on: "POST /graphql", status: 500, message: "down" };
    rig.github.faults.push(...Array.from({ length: 20 }, () => down));
    const gone = await failureFrom(ensurePullRequest(rig.scope, task, undefined), "github_failed");
    assertEquals([gone.status, rig.waits.length], [500, 5]);
  },
);

story("ensurePullRequest() stacks on the one dependency that has not landed", async (rig) => {
  const first = await rig.done({ id: "task-1" });
  const second = await rig.done({ id: "task-2", dependencies: ["task-1"] });
  await ensurePullRequest(rig.scope, first, undefined);
  await ensurePullRequest(rig.scope, second, undefined);
  const [below, above] = rig.github.pullRequests;
  assert(below && above);
  assertEquals(above.base, "feature/task-1");
  assertMatch(above.body, /^Depends on #1$/m);

  below.state = "MERGED";
  assertEquals(
    (await ensurePullRequest(rig.scope, second, evidenceOf(second))).state,
    "updated",
  );
  assertEquals(above.base, "main");
  assert(!above.body.includes("Depends on"));
});

story("ensurePullRequest() goes to the base when it waits for several", async (rig) => {
  for (const id of ["task-1", "task-2"]) {
    await ensurePullRequest(rig.scope, await rig.done({ id }), undefined);
  }
  const third = await rig.done({ id: "task-3", dependencies: ["task-1", "task-2"] });
  await ensurePullRequest(rig.scope, third, undefined);
  assertEquals(rig.github.pullRequests[2]?.base, "main");
  assertMatch(rig.github.pullRequests[2]?.body ?? "", /^Depends on #1, #2$/m);
});

story("ensurePullRequest() waits for nothing that is in the base already", async (rig) => {
  const first = await rig.done({ id: "task-1" });
  const second = await rig.done({ id: "task-2", dependencies: ["task-1"] });
  await rig.temp.git(["merge", "-q", "--ff-only", "feature/task-1"]);
  await ensurePullRequest(rig.scope, second, undefined);
  assertEquals([rig.github.pullRequests[0]?.base, first.status], ["main", "completed"]);
});

story("openPullRequests() goes by dependencies, and on after a failure", async (rig) => {
  await rig.done({ id: "task-1" });
  await rig.done({ id: "task-2" });
  const [one, two] = rig.scope.plan.tasks;
  assert(one && two);
  // In the plan, a task may stand before what it depends on.
  rig.scope.plan.tasks = [{ ...one, dependencies: ["task-2"] }, two];
  rig.github.faults.push({ on: "POST /pulls", status: 422, message: "no" });
  const outcomes = await openPullRequests(rig.scope, () => {});
  assertEquals(outcomes.map(({ task, state }) => `${task} ${state}`), [
    "task-2 failed",
    "task-1 created",
  ]);
});

story("openPullRequests() leaves alone what is in the base or has no branch", async (rig) => {
  await rig.done({ id: "task-1" });
  await rig.done({ id: "task-2" });
  await rig.done({ id: "task-3", status: "pending" });
  await rig.temp.git(["merge", "-q", "--ff-only", "feature/task-1"]);
  await rig.temp.git(["branch", "-q", "-D", "feature/task-2"]);
  const outcomes = await openPullRequests(rig.scope, () => {});
  assertEquals(outcomes.map(({ state }) => state), ["nothing", "nothing"]);
  assertEquals(rig.github.requests, []);
});

story("a branch with a copied .env is not pushed, and gets no pull request", async (rig) => {
  const task = await rig.done({ id: "task-1" });
  await rig.temp.write({ ".env": "TOKEN=secret\n" });
  await rig.temp.git(["switch", "-q", "feature/task-1"]);
  await rig.temp.git(["add", "-f", ".env"]);
  await rig.temp.git(["commit", "-qm", "oops"]);
  await rig.temp.git(["switch", "-q", "main"]);
  await rig.temp.write({ ".env": "TOKEN=secret\n" });
  await failureFrom(ensurePullRequest(rig.scope, task, undefined), "copied_committed");
  assertEquals(await rig.temp.git(["ls-remote", "../remote.git", "feature/task-1"]), "");
  assertEquals(rig.github.pullRequests, []);
});

story("preparePullRequests() finds the repository where all is ready", async (rig) => {
  const ready = await preparePullRequests(rig.scope.repo, rig.scope.remotes);
  const here = { host: "github.com", owner: "o", name: "r" };
  assertEquals(ready, { into: here, from: here });
});

story(
  "with a fork, branches are pushed to it and pull requests are opened upstream",
  async (rig) => {
    const { temp, github } = rig;
    // As `gh repo fork --remote` leaves it: main tracks upstream, and nobody can push there.
    await temp.git(["remote", "add", "upstream", "https://github.com/o/r.git"]);
    await temp.git(["config", "remote.upstream.pushurl", "/nowhere"]);
    await temp.git(["config", "branch.main.remote", "upstream"]);
    await temp.git(["config", "branch.main.merge", "refs/heads/main"]);
    await temp.git(["config", "remote.origin.url", "git@github.com:me/r.git"]);
    await temp.git(["config", "--unset", "remote.origin.pushurl"]);
    await temp.git([
      "config",
      `url.${temp.root}/../remote.git.pushInsteadOf`,
      "git@github.com:me/r.git",
    ]);
    await temp.git(["config", "remote.pushDefault", "origin"]);
    github.may.push = false;

    const remotes = await remotesOf(rig.scope.repo, "main");
    const repositories = await preparePullRequests(rig.scope.repo, remotes);
    assertEquals([repositories.into.owner, repositories.from.owner], ["o", "me"]);
    const scope = { ...rig.scope, remotes, repositories };
    await rig.done({ id: "task-1" });
    await rig.done({ id: "task-2", dependencies: ["task-1"] });
    const opened = await openPullRequests(scope, () => {});
    assertEquals(opened.map(({ state }) => state), ["created", "created"]);
    assertEquals(
      github.pullRequests.map(({ head, base, fromFork }) => [head, base, fromFork]),
      // A branch of the fork cannot be the base of a pull request upstream.
      [["feature/task-1", "main", true], ["feature/task-2", "main", true]],
    );
    const again = await openPullRequests(scope, () => {});
    assertEquals([again[0]?.state, github.pullRequests.length], ["kept", 2]);
  },
);

story("preparePullRequests() says what is missing", async (rig) => {
  const prepare = (remote?: string) => {
    const into = remote === undefined ? undefined : { remote, branch: "main" };
    return preparePullRequests(rig.scope.repo, { push: remote, base: "main", into, all: [] });
  };
  await failureFrom(prepare(), "no_remote");
  await rig.temp.git(["remote", "add", "elsewhere", "https://me:secret@example.org/o/r.git"]);
  const elsewhere = await failureFrom(prepare("elsewhere"), "remote_not_github");
  assertEquals(elsewhere.url, "https://example.org/o/r.git");
  rig.github.may.push = false;
  assertMatch((await failureFrom(prepare("origin"), "github_denied")).detail, /not push/);
  rig.github.faults.push({ on: "GET", status: 404, message: "Not Found" });
  assertEquals((await failureFrom(prepare("origin"), "github_denied")).repository, "o/r");
  rig.github.faults.push({ on: "GET", status: 401, message: "Bad credentials" });
  await failureFrom(prepare("origin"), "gh_logged_out");
  {
    using _ = withEnv({ GH_TOKEN: "" });
    await failureFrom(prepare("origin"), "gh_logged_out");
  }
  const empty = await Deno.makeTempDir({ dir: rig.temp.root });
  for (const tool of ["git", "bash"]) await Deno.symlink(findTool(tool) ?? "", `${empty}/${tool}`);
  using _ = withEnv({ PATH: empty });
  await failureFrom(prepare("origin"), "gh_missing");
});

/** As it would stand on GitHub for `feature/task-1`. */
function pullRequest(over: Partial<Rig["github"]["pullRequests"][number]>) {
  return {
    number: 1,
    head: "feature/task-1",
    headSha: "c".repeat(40),
    base: "main",
    title: "Theirs",
    body: "",
    state: "OPEN" as const,
    labels: [],
    fromFork: false,
    ...over,
  };
}

function remoteOf(rig: Rig): string {
  return `${rig.temp.root}/../remote.git`;
}

/** Seconds, if each pause is at most a quarter longer than it must be; else the pause itself. */
function within(ms: number, allowed: number[]): number {
  const found = allowed.find((least) => ms >= least && ms <= least * 1.25);
  return found === undefined ? ms : found / 1000;
}
