/** A merge queue on a sample repository, without agents: branches are made by hand. */
import type { Landing } from "../../machines/ports.ts";
import { makeAgent } from "../../src/agent/agents.ts";
import type { RunEvent } from "../../src/domain/event.ts";
import type { Failure } from "../../src/domain/failure.ts";
import { loadSettings } from "../../src/config/load.ts";
import { openRepository } from "../../src/git/repository.ts";
import { findPlan } from "../../src/plan/find.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { verifyIntegration } from "../../src/run/landing/integration.ts";
import { openRun } from "../../src/run/preflight.ts";
import type { NetworkOptions } from "../../src/run/landing/base_mover.ts";
import { MergeQueue } from "../../src/run/landing/merge_queue.ts";
import { type Rig, rig } from "./rig.ts";
import { must } from "./result.ts";

export interface QueueRig extends AsyncDisposable {
  stage: Rig;
  events: RunEvent[];
  /** Makes a task's branch from a commit, `main` if none is said, with these files changed. */
  branch(task: string, files: Record<string, string>, from?: string): Promise<void>;
  /** Lands a task once; where that is refused, nobody repairs it. */
  land(task: string): Promise<Landing>;
  queue: MergeQueue;
  verify(): Promise<void>;
  close(): Promise<void>;
}

export interface QueueRigOptions {
  tasks: string[];
  files?: Record<string, string>;
  config: string;
  queue?: NetworkOptions;
  /** Changes the repository before the run opens. */
  before?: (stage: Rig) => Promise<void>;
}

/** Opens a run that lands by merge. */
export async function queueRig(options: QueueRigOptions): Promise<QueueRig> {
  const stage = await rig({
    tasks: Object.fromEntries(options.tasks.map((task) => [task, {}])),
    config: options.config,
    ...(options.files === undefined ? {} : { files: options.files }),
  });
  await options.before?.(stage);
  const repo = await openRepository(stage.root);
  const plan = must(await loadPlan(must(await findPlan(stage.root))));
  const flags = { land: "merge", agent: "command", agentCommand: "true" };
  const settings = await loadSettings({ flags, env: {}, root: stage.root });
  const agent = must(makeAgent(settings.agent, settings));
  const selection = { tasks: plan.tasks, skipped: [], leftovers: [] };
  const events: RunEvent[] = [];
  const onEvent = (event: RunEvent) => void events.push(event);
  const onLost = (failure: Failure) => {
    throw new Error(`the journal is lost: ${JSON.stringify(failure)}`);
  };
  const opened = await openRun({ repo, plan, selection, settings, agent, onEvent, onLost });
  const queue = new MergeQueue(opened.scope, options.queue);
  const { signal } = new AbortController();
  return {
    stage,
    events,
    branch: (task, files, from = "main") => makeBranch(stage, task, files, from),
    queue,
    land: async (task) => {
      const landing = await queue.land({ task, attempt: 1 }, signal);
      // There is no agent that could put it right.
      if (landing.kind === "refused") queue.giveUp(task);
      return landing;
    },
    verify: () => verifyIntegration(opened.scope, queue, signal),
    close: () => queue.close(),
    [Symbol.asyncDispose]: async () => {
      opened.close();
      await stage[Symbol.asyncDispose]();
    },
  };
}

async function makeBranch(
  { repo, home }: Rig,
  task: string,
  files: Record<string, string>,
  from: string,
): Promise<void> {
  const folder = `${home}/making-${task}`;
  await repo.git(["worktree", "add", "-q", "-b", `feature/${task}`, folder, from]);
  for (const [path, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  await repo.git(["add", "-A"], folder);
  await repo.git(["commit", "-q", "-m", `feat: ${task}`], folder);
  await repo.git(["worktree", "remove", "--force", folder]);
}
