/** A run whose ports answer from a script. */
import { createActor, fromCallback, fromPromise, type InspectionEvent, toPromise } from "xstate";
import type {
  Landing,
  LoadedRun,
  Parked,
  PrefetchEvent,
  RunOutcome,
  Verdict,
  WorkOutcome,
} from "../../machines/ports.ts";
import { childMachine, runMachine } from "../../machines/run.ts";
import type { Beginning } from "../../src/domain/resume.ts";
import type { Result } from "../../src/domain/result.ts";
import type { Task, TaskId } from "../../src/domain/task.ts";
import { assert } from "../support/assert.ts";

type Attempt = { task: TaskId; attempt: number };

export interface Script {
  tasks: Task[];
  jobs: number;
  attempts?: number;
  budgetUsd?: number;
  /** Answers an attempt; the default is done. */
  work?: (task: TaskId, attempt: number) => WorkOutcome | Promise<WorkOutcome>;
  /** How many of a task's attempts fail their checks. */
  red?: (task: TaskId) => number;
  /** Answers a landing; with it, dependents wait until a task has landed. */
  land?: (task: TaskId, attempt: number) => Landing;
  /** Answers the check of the base; the default is green. */
  base?: () => Promise<Result<void>>;
  /** Lets a port answer when it likes. */
  pause?: (what: string) => Promise<unknown>;
  load?: Result<never>;
  /** Where tasks begin that an earlier process left. */
  beginnings?: Record<TaskId, Beginning>;
  /** Is told what the actors do. */
  inspect?: (event: InspectionEvent) => void;
}

/** A run whose ports answer from a script, and what happened in it. */
export function play(script: Script) {
  const log: string[] = [];
  const atWork = new Set<TaskId>();
  let most = 0;
  const pause = script.pause ?? (() => Promise.resolve());
  const answered = new Map<TaskId, number>();
  const port = <O, I>(answer: (input: I) => O | Promise<O>) =>
    fromPromise<O, I>(async ({ input }) => {
      await pause(JSON.stringify(input ?? "run"));
      return await answer(input);
    });
  const okay = () => ({ ok: true as const, value: undefined });
  const passed: Result<Verdict> = { ok: true, value: { passed: true } };
  const machine = runMachine.provide({
    actors: {
      load: port<Result<LoadedRun>, void>(() =>
        script.load ?? {
          ok: true,
          value: {
            tasks: script.tasks,
            jobs: script.jobs,
            attempts: script.attempts ?? 3,
            dependentsAfter: script.land ? "landed" : "completed",
            ...(script.beginnings ? { beginnings: script.beginnings } : {}),
            ...(script.budgetUsd === undefined ? {} : { budgetUsd: script.budgetUsd }),
          },
        }
      ),
      preflight: port<Result<void>, void>(okay),
      prefetch: fromCallback<PrefetchEvent>(({ receive }) => {
        receive(({ tasks }) => log.push(`prefetch ${tasks.join(" ")}`));
      }),
      answers: fromCallback(() => {}),
      checkBase: port<Result<void>, void>(async () => await script.base?.() ?? okay()),
      verify: fromPromise<void, void>(async () => {
        await pause('"verify"');
        log.push("verify");
      }),
      putBack: port<void, { tasks: TaskId[] }>(({ tasks }) => {
        log.push(`back ${tasks.join(" ")}`);
      }),
      finish: port<void, { outcome: RunOutcome }>(({ outcome }) => {
        log.push(`end ${outcome.kind}`);
      }),
      task: childMachine.provide({
        actors: {
          prepare: port<Result<void>, { task: TaskId }>(okay),
          work: fromPromise(async ({ input: { task, attempt } }) => {
            atWork.add(task);
            most = Math.max(most, atWork.size);
            log.push(`work ${task} ${attempt}`);
            try {
              await pause(task);
              return await (script.work?.(task, attempt) ?? { kind: "done", spentUsd: 0 });
            } finally {
              atWork.delete(task);
            }
          }),
          commit: port<Result<Verdict>, Attempt & { attempts: number }>(() => passed),
          check: port<Result<Verdict>, Attempt>(({ task }) => {
            const failures = answered.get(task) ?? 0;
            answered.set(task, failures + 1);
            const failed = { command: "test", exitCode: 1, tail: "" };
            return failures >= (script.red?.(task) ?? 0)
              ? passed
              : { ok: true, value: { passed: false, check: "test", failed } };
          }),
          publish: port<Result<void>, { task: TaskId }>(okay),
          land: port<Landing, Attempt>(({ task, attempt }) => {
            const landing = script.land?.(task, attempt) ?? { kind: "landed" };
            log.push(`${task} ${landing.kind}`);
            return landing;
          }),
          wait: port<void, { task: TaskId; parked: Parked | undefined }>(() => {}),
        },
        actions: {
          announce: (_, { task, status, failure }) =>
            log.push(`${task} ${status}${failure ? ` ${failure.reason}` : ""}`),
        },
      }),
    },
  });
  const actor = createActor(machine, script.inspect ? { inspect: script.inspect } : {});
  const outcome = toPromise(actor);
  actor.start();
  return { machine, actor, outcome, log, most: () => most };
}

export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !holds(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert(holds());
}
