import { createActor, fromCallback, fromPromise, toPromise } from "xstate";
import type { Announcement, AnsweredEvent, LoadedRun, RunOutcome } from "../../machines/ports.ts";
import { childMachine, runMachine } from "../../machines/run.ts";
import { makeAgent } from "../agent/agents.ts";
import type { EventOf, RunEvent } from "../domain/event.ts";
import type { Failure } from "../domain/failure.ts";
import type { Plan } from "../domain/plan.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { spentIn, withAnswer } from "../domain/resume.ts";
import { select, type Selection } from "../domain/selection.ts";
import { emptyRecord, type RunRecord } from "../domain/record.ts";
import type { Settings } from "../domain/settings.ts";
import { shutdown } from "../exec/shutdown.ts";
import type { Repository } from "../git/repository.ts";
import { loadPlan } from "../plan/load.ts";
import { watchAnswers } from "./answers.ts";
import { aheadOf } from "./ahead.ts";
import { check } from "./check.ts";
import { ConflictWatch } from "./conflicts.ts";
import { commit } from "./commit.ts";
import { announceEstimate } from "./estimate.ts";
import { type OpenRun, openRun } from "./open.ts";
import { verifyIntegration } from "./integration.ts";
import { openIssues } from "./issues.ts";
import { land } from "./land.ts";
import { endMerge } from "./base_merge.ts";
import { prepare, prepareAhead } from "./prepare.ts";
import { publish } from "./publish.ts";
import { MergeQueue } from "./queue.ts";
import { type Resumption, selectRemainder, type Unfinished } from "./resume.ts";
import { until } from "./waits.ts";
import { work } from "./work.ts";

export interface ExecuteInput {
  repo: Repository;
  /** Absolute. */
  planPath: string;
  settings: Settings;
  onEvent: (event: RunEvent) => void;
  /** The run that is gone on with; absent: a new one. */
  resume?: Unfinished;
  /** What a person has answered to the agent of a blocked task: that one goes on with it. */
  answer?: EventOf<"task.answered">;
}

export interface Execution {
  /** Settles when nothing of the run is at work any more. Rejects for bugs only. */
  done: Promise<{ outcome: RunOutcome; record: RunRecord }>;
  /** Asks everything to stop; the tasks under way become pending again. */
  interrupt(): void;
  /** Ends everything at once, and with it `done`. */
  abort(): Promise<void>;
}

/** How long agents and checks may take to end by themselves when a bug ends the run. */
const BUG_GRACE_MS = 2_000;

/** Executes a plan: creates the run's actor, with the ports that do the work. */
export function execute(input: ExecuteInput): Execution {
  const underWay = new Set<Promise<unknown>>();
  const track = <T>(work: Promise<T>): Promise<T> => {
    const tracked = work.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return tracked;
  };
  /** A port as an actor whose end can be waited for after the actor has been stopped. */
  const promised = <Output, Input = void>(
    port: (input: Input, signal: AbortSignal) => Promise<Output>,
  ) =>
    fromPromise<Output, Input>(({ input, signal }) =>
      lost ? Promise.withResolvers<Output>().promise : track(port(input, signal))
    );
  /** Why nothing more may be done: nobody would know of it. */
  let lost: Failure | undefined;

  let selected: { plan: Plan; selection: Selection; resume?: Resumption } | undefined;
  let opened: OpenRun | undefined;
  let queue: MergeQueue | undefined;
  let conflicts: ConflictWatch | undefined;
  const run = () => {
    if (!opened || !queue || !conflicts) throw new Error("the run is not open");
    return { ...opened, queue, conflicts };
  };
  const announce = (announcement: Announcement) => {
    const { scope, statuses } = run();
    statuses.announce(announcement);
    const { task, status } = announcement;
    if (status === "blocked") void track(endMerge(scope, task));
  };

  const load = async (): Promise<Result<LoadedRun>> => {
    const plan = await loadPlan(input.planPath);
    if (!plan.ok) return plan;
    const chosen = choose(plan.value, input);
    if (!chosen.ok) return chosen;
    selected = chosen.value;
    const { selection, resume } = selected;
    const { jobs, attempts, budgetUsd } = input.settings;
    return ok({
      tasks: selection.tasks,
      jobs,
      attempts,
      dependentsAfter: input.settings.land === "merge" ? "landed" : "completed",
      ...(budgetUsd === undefined ? {} : { budgetUsd }),
      ...(resume ? { spentUsd: spentIn(resume.record) } : {}),
      ...(resume ? { beginnings: Object.fromEntries(resume.beginnings) } : {}),
      ...(input.answer ? { beginnings: { [input.answer.task]: withAnswer(input.answer) } } : {}),
    });
  };

  const open = async (): Promise<Result<void>> => {
    if (!selected) throw new Error("nothing is loaded");
    const agent = makeAgent(input.settings.agent, input.settings);
    if (!agent.ok) return agent;
    const { repo, settings, onEvent } = input;
    const onLost = (failure: Failure) => {
      lost = failure;
      actor.send({ type: "INTERRUPT" });
    };
    const result = await openRun({
      repo,
      settings,
      onEvent,
      onLost,
      ...selected,
      agent: agent.value,
    });
    if (!result.ok) return fail(result.failure);
    opened = result.value;
    if (!selected.resume) {
      void track(announceEstimate(opened.scope, selected.selection.tasks));
    }
    if (input.answer) opened.scope.emit(input.answer);
    for (const { id, status } of selected.selection.tasks) {
      if (status === "blocked") opened.statuses.announce({ task: id, status: "pending" });
    }
    queue = new MergeQueue(opened.scope);
    queue.landed.push(...opened.record.merges);
    conflicts = new ConflictWatch(opened.scope);
    conflicts.foresee(selected.selection.tasks);
    return ok();
  };

  const task = childMachine.provide({
    actors: {
      prepare: promised(({ task }, signal) => prepare(run().scope, task, signal)),
      work: promised((input, signal) => work(run().scope, input, signal)),
      commit: promised(async (input, signal) => {
        const verdict = await commit(run().scope, input, signal);
        if (verdict.ok && verdict.value.passed) void track(run().conflicts.look(input.task));
        return verdict;
      }),
      check: promised((input, signal) => check(run().scope, input, signal)),
      publish: promised(({ task }, signal) => publish(run().scope, task, signal)),
      land: promised((input, signal) => land(run().scope, run().queue, input, signal)),
      wait: promised(async ({ task, parked }, signal) => {
        if (!parked) return;
        const { shared, until: time, why } = parked;
        if (time <= Date.now()) return;
        if (shared && !input.settings.wait) {
          actor.send({ type: "INTERRUPT", limit: parked });
          return await until(Infinity, signal);
        }
        run().scope.emit({ type: "run.parked", task, until: new Date(time).toISOString(), why });
        await until(time, signal);
      }),
    },
    actions: { announce: (_, announcement) => announce(announcement) },
  });

  const actor = createActor(runMachine.provide({
    actors: {
      load: promised(load),
      check: promised(open),
      task,
      ahead: aheadOf((task, signal) => track(prepareAhead(run().scope, task, signal))),
      answers: fromCallback(({ sendBack }) =>
        watchAnswers(run().scope, (task, begin) => {
          announce({ task, status: "pending" });
          sendBack({ type: "ANSWERED", task, begin } satisfies AnsweredEvent);
        })
      ),
      verify: promised((_, signal) => verifyIntegration(run().scope, run().queue, signal)),
      putBack: fromPromise(async () => {
        conflicts?.close();
        await Promise.allSettled(underWay);
        opened?.statuses.putBack();
      }),
      finish: fromPromise(async ({ input: { outcome } }) => {
        await Promise.allSettled(underWay);
        await queue?.close();
        if (opened && outcome.kind === "finished") await openIssues(opened.scope);
        opened?.finish(outcome);
      }),
    },
  }));
  const { promise: aborted, resolve: endNow } = Promise.withResolvers<RunOutcome>();
  const ended = Promise.race([toPromise(actor), aborted]).catch(async (bug) => {
    await shutdown(BUG_GRACE_MS);
    opened?.statuses.putBack();
    opened?.close();
    throw bug;
  });
  actor.start();
  return {
    done: ended.then((outcome) => ({
      outcome: lost ? { kind: "refused", failure: lost } : outcome,
      record: opened?.record ?? emptyRecord(),
    })),
    interrupt: () => actor.send({ type: "INTERRUPT" }),
    abort: async () => {
      await shutdown(0);
      opened?.statuses.putBack();
      opened?.finish({ kind: "interrupted" });
      endNow({ kind: "interrupted" });
    },
  };
}

/** What of a plan is to be executed. */
function choose(
  plan: Plan,
  { resume, settings }: ExecuteInput,
): Result<{ plan: Plan; selection: Selection; resume?: Resumption }> {
  if (resume) {
    const remainder = selectRemainder(plan, resume, settings);
    if (!remainder.ok) return remainder;
    const { beginnings, ...left } = remainder.value;
    return ok({ ...left, resume: { ...resume, beginnings } });
  }
  const selection = select(plan.tasks, settings.only);
  return selection.ok ? ok({ plan, selection: selection.value }) : selection;
}
