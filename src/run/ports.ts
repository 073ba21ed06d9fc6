import { dirname } from "node:path";
import { fromCallback, fromPromise } from "xstate";
import { resultOf, valueOf } from "../domain/failed.ts";
import type {
  Announcement,
  AnsweredEvent,
  Interruption,
  LoadedRun,
  Parked,
  RunOutcome,
  SteeringEvent,
} from "../../machines/ports.ts";
import { childMachine, runMachine } from "../../machines/run.ts";
import { makeAgent } from "../agent/agents.ts";
import type { EventOf, RunEvent } from "../domain/event.ts";
import { type Failure, isDiskFull } from "../domain/failure.ts";
import { spentIn, withAnswer } from "../domain/resume.ts";
import type { Result } from "../domain/result.ts";
import { emptyRecord, type RunRecord } from "../domain/record.ts";
import type { Settings } from "../domain/settings.ts";
import { freeMib } from "../exec/disk.ts";
import { onShutdown } from "../exec/shutdown.ts";
import type { Repository } from "../git/repository.ts";
import { explain } from "../report/messages/explain.ts";
import { loadPlan } from "../plan/load.ts";
import { prefetcher } from "./task/prefetch.ts";
import { watchAnswers } from "./task/answers.ts";
import { watchSteering } from "./task/steering.ts";
import { closeBead } from "./close_bead.ts";
import { endMerge } from "./task/base_merge.ts";
import { BaseCheck } from "./landing/base_check.ts";
import { check } from "./task/check.ts";
import { commit } from "./task/commit.ts";
import { ConflictWatch } from "./landing/conflicts.ts";
import { announceEstimate } from "./estimate.ts";
import { verifyIntegration } from "./landing/integration.ts";
import { openIssues } from "./landing/issues.ts";
import { land } from "./landing/land.ts";
import { type OpenRun, openRun } from "./preflight.ts";
import { prefetch, prepare } from "./task/prepare.ts";
import { publish } from "./task/publish.ts";
import { retire } from "./task/retire.ts";
import { MergeQueue } from "./landing/merge_queue.ts";
import { type Selected, selectTasks } from "./select_tasks.ts";
import type { Unfinished } from "./resume/resume.ts";
import { until } from "../util/backoff.ts";
import { work } from "./task/work.ts";

export interface ExecuteInput {
  repo: Repository;
  /** Absolute. */
  planPath: string;
  settings: Settings;
  onEvent: (event: RunEvent) => void;
  /** The run to resume; absent: a new one. */
  resume?: Unfinished;
  /** A person's answer to the agent of a blocked task, which continues with it. */
  answer?: EventOf<"task.answered">;
}

interface OpenedRun extends OpenRun {
  queue: MergeQueue;
  base: BaseCheck;
  conflicts: ConflictWatch;
}

/** Implements the machines' ports, and holds what they share. */
export class Ports {
  /** Why nothing more may be done: the journal cannot be written, so nothing would be recorded. */
  lost: Failure | undefined;
  #selected: Selected | undefined;
  #opened: OpenedRun | undefined;
  #halted = false;
  readonly #underWay = new Set<Promise<unknown>>();
  /** Each task's last agent or check. */
  readonly #atWork = new Map<string, Promise<unknown>>();
  readonly #forget = onShutdown(() => this.#halt());

  /** `interrupt` stops the machine of the run. */
  constructor(
    private readonly input: ExecuteInput,
    private readonly interrupt: (why?: Interruption) => void,
  ) {}

  /** The machine of the run, ready to be started. */
  machine(): typeof runMachine {
    return runMachine.provide({
      actors: {
        load: this.#script(() => this.#load()),
        preflight: this.#script(() => this.#open()),
        task: this.#taskMachine(),
        prefetch: prefetcher((task, signal) =>
          this.#track(prefetch(this.#run().scope, task, signal))
        ),
        answers: fromCallback(({ sendBack }) => {
          const { scope } = this.#run();
          const unwatch = watchAnswers(scope, (task, begin) => {
            this.#announce({ task, status: "pending" });
            sendBack({ type: "ANSWERED", task, begin } satisfies AnsweredEvent);
          });
          const unsteer = watchSteering(scope, (event) => {
            this.#steered(event);
            sendBack(event);
          }, () => this.interrupt());
          return () => {
            unwatch();
            unsteer();
          };
        }),
        checkBase: this.#script((_, signal) => this.#run().base.run(signal)),
        verify: this.#promised((_, signal) => {
          const { scope, queue } = this.#run();
          return verifyIntegration(scope, queue, signal);
        }),
        putBack: fromPromise(() => this.#putBack()),
        finish: fromPromise(({ input }) => this.#finish(input.outcome)),
      },
    });
  }

  /** What has happened so far. */
  get record(): RunRecord {
    return this.#opened?.record ?? emptyRecord();
  }

  /** Values that must not be written anywhere, as far as they are known. */
  get secrets(): readonly string[] {
    return this.#opened?.secrets ?? [];
  }

  /** Releases lock and journal; without an outcome, no end is recorded. */
  close(outcome?: RunOutcome): void {
    this.#forget();
    if (outcome) this.#opened?.finish(outcome);
    else this.#opened?.close();
  }

  /** Everything in progress is being ended: no follow-up may begin. */
  #halt(): Promise<void> {
    this.#halted = true;
    this.#opened?.statuses.putBack();
    return Promise.resolve();
  }

  #taskMachine(): typeof childMachine {
    return childMachine.provide({
      actors: {
        prepare: this.#script(({ task }, signal) => prepare(this.#run().scope, task, signal)),
        work: this.#promised(async (input, signal) => {
          const { scope, base } = this.#run();
          const admitted = await resultOf(() => input.ended ? undefined : base.admit(signal));
          if (!admitted.ok) return { kind: "blocked", spentUsd: 0, failure: admitted.failure };
          return await this.#withCause(await work(scope, input, signal));
        }),
        commit: this.#script(async (input, signal) => {
          const { scope, conflicts } = this.#run();
          const verdict = await commit(scope, input, signal);
          if (verdict.passed) void this.#track(conflicts.look(input.task));
          return verdict;
        }),
        check: this.#script(async (input, signal) => {
          const { scope, base } = this.#run();
          const checked = check(scope, input, signal);
          return await base.judge(await this.#keep(input.task, checked), signal);
        }),
        publish: this.#script(({ task }, signal) => publish(this.#run().scope, task, signal)),
        land: this.#promised(async (input, signal) => {
          const { scope, queue } = this.#run();
          const landing = await land(scope, queue, input, signal);
          if (landing.kind === "landed") void this.#track(retire(scope, input.task));
          return await this.#withCause(landing);
        }),
        wait: this.#promised(({ task, parked }, signal) => this.#wait(task, parked, signal)),
      },
      actions: { announce: (_, announcement) => this.#announce(announcement) },
    });
  }

  async #load(): Promise<LoadedRun> {
    const { planPath, settings, answer } = this.input;
    const plan = valueOf(await loadPlan(planPath));
    const chosen = await selectTasks(plan, this.input);
    this.#selected = chosen;
    const { selection, beginnings, resume } = chosen;
    const { jobs, attempts, budgetUsd } = settings;
    return {
      tasks: selection.tasks,
      jobs,
      attempts,
      dependentsAfter: settings.land === "merge" ? "landed" : "completed",
      budgetUsd,
      spentUsd: resume && spentIn(resume.record),
      beginnings: {
        ...Object.fromEntries(beginnings),
        ...(answer && { [answer.task]: withAnswer(answer) }),
      },
    };
  }

  async #open(): Promise<void> {
    if (!this.#selected) throw new Error("nothing is loaded");
    const { repo, settings, onEvent, answer } = this.input;
    const agent = valueOf(makeAgent(settings.agent, settings));
    const onLost = (failure: Failure) => {
      this.lost = failure;
      this.interrupt();
    };
    const heard = (event: RunEvent) => {
      if (event.type === "agent.started") this.#opened?.base.begin();
      onEvent(event);
    };
    const common = { repo, settings, onEvent: heard, onLost, agent };
    const opened = await openRun({ ...common, ...this.#selected });
    const { scope, statuses, record } = opened;
    const queue = new MergeQueue(scope);
    const base = new BaseCheck(scope, queue.trees);
    const conflicts = new ConflictWatch(scope);
    this.#opened = { ...opened, queue, base, conflicts };
    const { tasks } = this.#selected.selection;
    const toWork = tasks.filter(({ status }) => status !== "completed");
    if (!this.#selected.resume) void this.#track(announceEstimate(scope, toWork));
    if (answer) scope.emit(answer);
    // No attempt is in progress yet, even if a killed process left that status: its time starts again.
    for (const { id } of toWork) statuses.announce({ task: id, status: "pending" });
    queue.landed.push(...record.merges);
    conflicts.predict(tasks);
  }

  #steered(event: SteeringEvent): void {
    const { scope } = this.#run();
    if (event.type === "RETRY") this.#announce({ task: event.task, status: "pending" });
    if (event.type !== "SET") return;
    const { jobs, budgetUsd } = event;
    Object.assign(scope.settings, jobs === undefined ? {} : { jobs });
    if (budgetUsd !== undefined) {
      Object.assign(scope.settings, { budgetUsd });
      scope.spending.setCap(budgetUsd);
    }
    scope.emit({ type: "run.changed", jobs, budget_usd: budgetUsd });
  }

  #announce(announcement: Announcement): void {
    if (this.#halted) return;
    const { scope, statuses, queue } = this.#run();
    statuses.announce(announcement);
    const { task, status } = announcement;
    if (status === "completed") void this.#track(closeBead(scope, task));
    if (status !== "blocked") return;
    queue.giveUp(task);
    void this.#track(endMerge(scope, task));
  }

  async #wait(task: string, parked: Parked | undefined, signal: AbortSignal): Promise<void> {
    if (!parked || parked.until <= Date.now()) return;
    if (parked.shared && !this.input.settings.wait) {
      this.interrupt({ limit: parked });
      return await until(Infinity, signal);
    }
    const { until: time, why } = parked;
    this.#run().scope.emit({ type: "run.parked", task, until: new Date(time).toISOString(), why });
    await until(time, signal);
  }

  async #putBack(): Promise<void> {
    this.#opened?.conflicts.close();
    await Promise.allSettled(this.#underWay);
    this.#opened?.statuses.putBack();
  }

  async #finish(outcome: RunOutcome): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#opened?.queue.close();
    await this.#opened?.scope.installed?.close();
    if (this.#opened && outcome.kind === "finished") await openIssues(this.#opened.scope);
    this.close(outcome);
  }

  #run(): OpenedRun {
    if (!this.#opened) throw new Error("the run is not open");
    return this.#opened;
  }

  /** A script as a port: the machine gets its value, or the failure that ended it. */
  #script<Output, Input = void>(script: (input: Input, signal: AbortSignal) => Promise<Output>) {
    return this.#promised<Result<Output>, Input>(async (input, signal) =>
      await this.#withCause(await resultOf(() => script(input, signal)))
    );
  }

  /** What a task reports; a failure caused by a full disk is the machine's. */
  async #withCause<T extends object>(answer: T): Promise<T> {
    if (!("failure" in answer)) return answer;
    return { ...answer, failure: await orDiskFull(answer.failure as Failure, this.input.repo) };
  }

  /** A port as an actor whose end can be awaited even after the actor was stopped. */
  #promised<Output, Input = void>(port: (input: Input, signal: AbortSignal) => Promise<Output>) {
    return fromPromise<Output, Input>(({ input, signal }) =>
      this.lost || this.#halted
        ? Promise.withResolvers<Output>().promise
        : this.#track(port(input, signal))
    );
  }

  #keep<T>(task: string, work: Promise<T>): Promise<T> {
    this.#atWork.set(task, work);
    return work;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
    return tracked;
  }
}

/** The failure itself, or `disk_full` if that is its cause. */
async function orDiskFull(failure: Failure, { root }: Repository): Promise<Failure> {
  const path = "path" in failure ? failure.path : root;
  const full = isDiskFull(failure);
  if (!full || (full === "perhaps" && await freeMib(dirname(path)) !== 0)) return failure;
  return { reason: "disk_full", path, detail: explain(failure).details.join("\n") };
}
