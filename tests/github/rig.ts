/** A repository whose remote is on a fake GitHub, and a plan with some of its work done. */
import { join } from "node:path";
import { branchOf, planKeyOf } from "../../src/domain/names.ts";
import type { Plan } from "../../src/domain/plan.ts";
import type { RunEvent } from "../../src/domain/event.ts";
import { recordOf } from "../../src/domain/record.ts";
import type { Task, TaskId } from "../../src/domain/task.ts";
import { openRepository } from "../../src/git/repository.ts";
import type { PullRequestScope } from "../../src/run/landing/pr_stack.ts";
import type { Evidence } from "../../src/report/github/pull_request.ts";
import { evidenceIn } from "../../src/run/landing/last_evidence.ts";
import { childEnv } from "../../src/exec/env.ts";
import { withEnv } from "../support/env.ts";
import { findTool, needs } from "../support/needs.ts";
import { type FakeGitHub, fakeGitHub } from "../support/github.ts";
import { taskOf } from "../support/plans.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { noticeWords } from "../../src/report/messages/notice.ts";

export const NEEDS_GH = needs("gh", findTool("gh"));

const HERE = { host: "github.com", owner: "o", name: "r" };

export const IDENTITY = "sample@2026";

export interface Rig extends AsyncDisposable {
  github: FakeGitHub;
  temp: TempRepo;
  scope: PullRequestScope;
  /** What a person was told. */
  notices: string[];
  /** How long gh was to wait, in milliseconds. */
  waits: number[];
  /** Adds a task to the plan, with a commit on its branch. */
  done(task: Partial<Task> & { id: TaskId }): Promise<Task>;
  /** Another commit on a task's branch. */
  commit(task: TaskId, message: string): Promise<string>;
}

/** Puts a repository's `origin` on a fake GitHub, with `main` pushed there. */
export async function onGitHub(repo: TempRepo): Promise<FakeGitHub> {
  const remote = join(repo.root, "../remote.git");
  await repo.git(["init", "-q", "--bare", remote]);
  await repo.git(["remote", "add", "origin", "https://someone:secret@github.com/o/r.git"]);
  await repo.git(["config", "remote.origin.pushurl", remote]);
  await repo.git(["push", "-q", "origin", "main"]);
  return await fakeGitHub(async (branch) => {
    const listed = await repo.git(["ls-remote", remote, `refs/heads/${branch}`]);
    return listed === "" ? undefined : listed.split("\t")[0];
  });
}

export async function makeRig(): Promise<Rig> {
  const temp = await tempRepo();
  const github = await onGitHub(temp);
  const env = withEnv(github.env);
  const plan: Plan = {
    name: "sample",
    identity: IDENTITY,
    path: join(temp.root, "plan.yaml"),
    tasks: [],
    warnings: [],
  };
  const notices: string[] = [];
  const waits: number[] = [];
  const scope: PullRequestScope = {
    repo: await openRepository(temp.root),
    remotes: {
      push: "origin",
      base: "main",
      into: { remote: "origin", branch: "main" },
      all: ["origin"],
    },
    repositories: { into: HERE, from: HERE },
    settings: { copy: [".env"] },
    base: "main",
    plan,
    gh: {
      repository: HERE,
      cwd: temp.root,
      wait: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    },
    hooks: () => ({ env: childEnv(), timeoutMs: 60_000, onWait: () => {} }),
    notice: (task, notice) => notices.push(`${task}: ${noticeWords(notice, task)}`),
  };
  const commit = async (id: TaskId, message: string) => {
    const branch = branchOf(id);
    const tree = await temp.git(["rev-parse", `${branch}^{tree}`]);
    const sha = await temp.git(["commit-tree", tree, "-p", branch, "-m", message]);
    await temp.git(["update-ref", `refs/heads/${branch}`, sha]);
    return sha;
  };
  return {
    github,
    temp,
    scope,
    notices,
    waits,
    commit,
    async done(given) {
      const task: Task = {
        ...taskOf(given.id, given.dependencies, "medium", plan.tasks.length),
        status: "completed",
        body: `# Do ${given.id}\n\nAs it says.\n`,
        title: `Do ${given.id}`,
        ...given,
      };
      plan.tasks.push(task);
      const start = task.dependencies[0];
      const branch = branchOf(task.id);
      await temp.git(["branch", branch, start === undefined ? "main" : branchOf(start)]);
      await temp.git(["config", planKeyOf(branch), IDENTITY]);
      await commit(task.id, `feat: ${task.id}`);
      return task;
    },
    async [Symbol.asyncDispose]() {
      env[Symbol.dispose]();
      await github[Symbol.asyncDispose]();
      await temp[Symbol.asyncDispose]();
    },
  };
}

/** The evidence of a run that did a task in two attempts. */
export function evidenceOf(task: Task, events: Parameters<typeof runEvents>[1] = []): Evidence {
  const record = recordOf(runEvents(task, events));
  const evidence = evidenceIn(record, task.id);
  if (!evidence) throw new Error("the run did nothing");
  return evidence;
}

export type RunBody = RunEvent extends infer E
  ? E extends RunEvent ? Omit<E, "v" | "seq" | "at" | "run">
  : never
  : never;

/** What the journal of a run holds that did this task, with more events at its end. */
export function runEvents(task: Task, more: RunBody[] = []): RunEvent[] {
  const about = { task: task.id };
  const check = { ...about, name: "test", command: "npm test | tee log" };
  const bodies: RunBody[] = [
    {
      type: "run.started",
      plan: { name: "sample", path: "/plan.yaml", identity: IDENTITY },
      tasks: [task.id],
      base: "main",
      base_sha: "b".repeat(40),
      jobs: 1,
      agent: "claude",
      parex: "0.1.0",
      pid: 1,
      graph: [{
        id: task.id,
        name: task.name,
        priority: task.priority,
        dependencies: task.dependencies,
        status: "pending",
        branch: branchOf(task.id),
      }],
    },
    { type: "task.status", ...about, from: "pending", to: "in_progress" },
    { type: "agent.started", ...about, attempt: 1, agent: "claude", pid: 2, kind: "first" },
    {
      type: "agent.finished",
      ...about,
      attempt: 1,
      outcome: "finished",
      ms: 60_000,
      cost_usd: 0.25,
      input_tokens: 1000,
      output_tokens: 500,
      cache_read_tokens: 20_000,
    },
    { type: "checks.finished", ...check, attempt: 1, exit_code: 1, ms: 900 },
    { type: "agent.started", ...about, attempt: 2, agent: "claude", pid: 3, kind: "repair" },
    { type: "agent.finished", ...about, attempt: 2, outcome: "finished", ms: 9000, cost_usd: 0.5 },
    {
      type: "task.committed",
      ...about,
      attempt: 2,
      commits: 2,
      head: "a".repeat(40),
      by_parex: false,
    },
    { type: "checks.finished", ...check, attempt: 2, exit_code: 0, ms: 1200 },
    { type: "task.status", ...about, from: "testing", to: "completed" },
    ...more,
  ];
  return bodies.map((body, index) => ({
    v: 1,
    seq: index + 1,
    at: new Date(Date.UTC(2026, 10, 22, 9, 0, index)).toISOString(),
    run: "20261122-090000-k3f9",
    ...body,
  }));
}
