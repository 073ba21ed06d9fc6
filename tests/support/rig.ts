/**
 * A repository with a plan and an agent that follows a script: the stage on which the tests of the
 * whole program play.
 */
import { dirname, join } from "node:path";
import { loadSettings } from "../../src/config/load.ts";
import type { EventOf, EventType, RunEvent } from "../../src/domain/event.ts";
import { exitCodeOf, type Failure } from "../../src/domain/failure.ts";
import type { RunRecord } from "../../src/domain/record.ts";
import { shellWord } from "../../src/exec/quote.ts";
import { openRepository } from "../../src/git/repository.ts";
import { findPlan } from "../../src/plan/find.ts";
import { execute, type Execution } from "../../src/run/execute.ts";
import { journalPath, listRuns, parseJournal, runDir } from "../../src/journal/store.ts";
import { type Gate, gateAt, waitAtGate } from "./gate.ts";
import { eventSchema } from "../schemas/events.ts";
import { type Child, type Ended, type ParexOptions, startParex } from "./parex.ts";
import { planFiles, type PlanTasks, taskFileOf } from "./plan_files.ts";
import { type LeftProcess, processesWith } from "./processes.ts";
import { type TempRepo, tempRepo, textOf, writeFiles } from "./repo.ts";
import { must } from "./result.ts";

/** What an agent does where nothing else is said: a file named after the task, committed. */
const WORKS = `echo "by $PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"
git add -A
git commit -qm "feat: $PAREX_TASK_ID"
`;

/** Chooses the script: for this attempt at the task, for the task, for all. */
const AGENT = `export RIG="$(dirname "$0")"
export NOTES="$RIG/notes"
for script in "$PAREX_TASK_ID.$PAREX_ATTEMPT" "$PAREX_TASK_ID" any; do
  [ -f "$RIG/agent/$script.sh" ] && exec sh -e "$RIG/agent/$script.sh"
done
`;

export interface RigOptions {
  tasks?: PlanTasks;
  /**
   * What the agent does, as shell scripts: by `task`, by `task.attempt`, or for `any` task. They run
   * in the worktree; `$NOTES` is a folder where they can leave something to look at.
   */
  agent?: Record<string, string>;
  /** The first commit's files, beside the plan. */
  files?: Record<string, string>;
  /** `.parallel/config.yaml`. */
  config?: string;
  /** Name of the checkout's folder. */
  name?: string;
  /** The folder in which all is made. */
  dir?: string | undefined;
}

/** A run within this process, over. */
export interface Run {
  code: number;
  /** Why the run was refused. */
  failure?: Failure;
  record: RunRecord;
  events: RunEvent[];
}

export interface Rig extends AsyncDisposable {
  repo: TempRepo;
  root: string;
  /** Outside of the repository. */
  home: string;
  /** Sets scripts of the agent; the others stay. */
  agent(scripts: Record<string, string>): Promise<void>;
  /** What an agent has left in `$NOTES`; undefined if there is no such file. */
  note(name: string): Promise<string | undefined>;
  /** Makes the gate at which the scripts wait that say `waitAt` of its name. */
  gate(name: string): Promise<Gate>;
  /** Executes the plan with the scripted agent, within this process. */
  execute(flags?: Record<string, unknown>, onEvent?: (event: RunEvent) => void): Promise<Run>;
  /** The same, under way. */
  begin(
    flags: Record<string, unknown>,
    onEvent: (event: RunEvent) => void,
  ): Promise<Execution>;
  /** `parex <args>` in a process of its own; the scripted agent is its agent. */
  parex(args: readonly string[], options?: ParexOptions): Promise<Ended>;
  start(args: readonly string[], options?: ParexOptions): Child;
  /** The status line in a task's file. */
  status(task: string): Promise<string>;
  statuses(): Promise<Record<string, string>>;
  /** The last run's journal; empty before the first. */
  journal(): Promise<RunEvent[]>;
  /** Files of a task's branch. */
  filesOf(task: string): Promise<string[]>;
  /** Subjects of the commits that a task's branch has beyond `main`, newest first. */
  subjectsOf(task: string): Promise<string[]>;
  worktree(task: string): string;
  /** Processes that a run or an agent of this rig has left. */
  left(): Promise<LeftProcess[]>;
}

/** Sets the stage. */
export async function rig(options: RigOptions = {}): Promise<Rig> {
  const tasks = options.tasks ?? { a: {} };
  const name = options.name === undefined ? {} : { name: options.name };
  const config = options.config === undefined ? {} : { ".parallel/config.yaml": options.config };
  const files = { "README.md": "# Sample\n", ...options.files, ...config, ...planFiles(tasks) };
  const repo = await tempRepo({ ...name, files, dir: options.dir });
  const home = join(dirname(repo.root), "rig");
  const agent = (scripts: Record<string, string>) =>
    writeFiles(
      join(home, "agent"),
      Object.fromEntries(Object.entries(scripts).map(([key, text]) => [`${key}.sh`, text])),
    );
  await writeFiles(home, { "agent.sh": AGENT, "notes/.keep": "", "gates/.keep": "" });
  await agent({ any: WORKS, ...options.agent });
  return {
    repo,
    root: repo.root,
    home,
    agent,
    gate: (name) => gateAt(join(home, "gates", name)),
    note: (name) => textOf(join(home, "notes", name)),
    ...programOf(repo, home),
    ...resultsOf(repo, home, Object.keys(tasks)),
    [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose](),
  };
}

/** A line of a script: waits at this gate until the test opens it. */
export function waitAt(name: string): string {
  return waitAtGate(`"$RIG/gates/${name}"`);
}

/** The command line of the scripted agent. */
function agentCommand(home: string): string {
  return `sh ${shellWord(join(home, "agent.sh"))}`;
}

function programOf(
  repo: TempRepo,
  home: string,
): Pick<Rig, "execute" | "begin" | "parex" | "start"> {
  const begin: Rig["begin"] = async (flags, onEvent) => {
    const scripted = { agent: "command", agentCommand: agentCommand(home) };
    const settings = await loadSettings({
      flags: { ...scripted, ...flags },
      env: {},
      root: repo.root,
    });
    const repository = await openRepository(repo.root);
    const planPath = must(await findPlan(repo.root));
    return execute({ repo: repository, planPath, settings, onEvent });
  };
  const start: Rig["start"] = (args, options = {}) => {
    const env = { PAREX_AGENT: "command", PAREX_AGENT_COMMAND: agentCommand(home) };
    return startParex(args, {
      cwd: repo.root,
      ...options,
      env: { RIG: home, ...env, ...options.env },
    });
  };
  return {
    begin,
    start,
    parex: (args, options) => start(args, options).ended,
    execute: async (flags = {}, onEvent = () => {}) => {
      const events: RunEvent[] = [];
      const execution = await begin(flags, (event) => {
        events.push(event);
        onEvent(event);
      });
      const { outcome, record } = await execution.done;
      for (const event of events) eventSchema.parse(event);
      if (outcome.kind !== "refused") {
        return { code: record.finished?.exit_code ?? -1, record, events };
      }
      const { failure } = outcome;
      return { code: exitCodeOf(failure), failure, record, events };
    },
  };
}

function resultsOf(repo: TempRepo, home: string, tasks: string[]) {
  const commonDir = join(repo.root, ".git");
  const lines = (text: string) => text.split("\n").filter((line) => line !== "");
  const status = async (task: string) => {
    const text = await repo.read(taskFileOf(task));
    return /^status:\s*(\S+)/m.exec(text)?.[1] ?? "none";
  };
  return {
    status,
    statuses: async () =>
      Object.fromEntries(await Promise.all(tasks.map(async (id) => [id, await status(id)]))),
    journal: async () => {
      const run = (await listRuns(commonDir)).at(-1);
      if (run === undefined) return [];
      return parseJournal(await textOf(journalPath(runDir(commonDir, run))) ?? "");
    },
    filesOf: async (task: string) =>
      lines(await repo.git(["ls-tree", "-r", "--name-only", `feature/${task}`])),
    subjectsOf: async (task: string) =>
      lines(await repo.git(["log", "--format=%s", `main..feature/${task}`])),
    worktree: (task: string) => join(`${repo.root}.worktrees`, task),
    left: async () => {
      const runs = await listRuns(commonDir);
      return await processesWith([`RIG=${home}`, ...runs.map((run) => `PAREX_RUN_ID=${run}`)]);
    },
  };
}

/** The events of one type, about one task if that is said. */
export function eventsOf<T extends EventType>(
  events: RunEvent[],
  type: T,
  task?: string,
): (RunEvent & EventOf<T>)[] {
  return events.filter((event): event is RunEvent & EventOf<T> =>
    event.type === type && (task === undefined || ("task" in event && event.task === task))
  );
}

export { until } from "./until.ts";
