import { dirname, resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import type { CheckReport } from "../domain/check_report.ts";
import { resultOf } from "../domain/failed.ts";
import { emptyPlan } from "../domain/plan.ts";
import { processEnv } from "../exec/env.ts";
import { shutdown } from "../exec/shutdown.ts";
import { remotesOf } from "../git/remotes.ts";
import { repositoryAt } from "./repository.ts";
import { secretsForRecords } from "../recovery/secrets.ts";
import { checkText, targetWords } from "../report/commands/check.ts";
import { junitXml } from "../report/commands/junit.ts";
import { checkCommit, type CheckCommitInput } from "../run/check_commit.ts";
import { findTarget } from "../run/check_target.ts";
import { reportCheckIssues } from "../run/landing/issues.ts";
import { repositoriesOf } from "../run/landing/repositories.ts";
import { io as writing } from "../util/files.ts";
import type { Context, Io } from "./context.ts";
import { interruptible } from "./interrupt.ts";
import { currentPlan, findRun, historyOf, lastWithAgents } from "./runs.ts";

/** Nothing was checked: the project has no checks. */
const UNCHECKED = 3;
const INTERRUPTED = 130;

export function command(context: Context) {
  const { io, exit } = context;
  return new Command("check")
    .description(
      "Run the project's checks on a task, a branch or any commit, as a run would: in a worktree of its " +
        "own, also beside a run in progress",
    )
    .argument("[task|ref]", "Task of the plan, branch or commit (default: the base)")
    .option("--fresh", "Also run checks that have passed on the same tree")
    .option("--issues", "Open an issue on GitHub for every check that fails, once")
    .option("--junit <file>", "Write the result as JUnit XML, too")
    .option("--json", "Print the result as JSON")
    .action(async (wanted, { fresh, issues, junit, json }) => {
      const input = await prepare(io, wanted, fresh ?? false);
      const report = await run(input, io);
      if (report === undefined) return exit(INTERRUPTED);
      if (issues) await openIssues(input, report);
      if (junit !== undefined) await write(resolve(io.cwd, junit), junitXml(report));
      if (json) io.out(JSON.stringify(report) + "\n");
      else io.out(checkText(report, { color: io.colorOut, columns: io.columns }));
      exit({ passed: 0, failed: 1, unchecked: UNCHECKED }[report.state]);
    });
}

type Prepared = CheckCommitInput & { base: string | undefined };

async function prepare(io: Io, wanted: string | undefined, fresh: boolean): Promise<Prepared> {
  const repo = await repositoryAt(io.cwd);
  const env = processEnv();
  // Without a plan, or with one that has errors, branches can still be checked.
  const known = await resultOf(() => currentPlan(repo, io.cwd));
  const plan = known.ok ? known.value.plan : emptyPlan(repo.checkout);
  const last = (known.ok ? known.value.run : await findRun(repo.commonDir))?.record;
  const settings = await loadSettings({
    flags: {},
    env,
    root: repo.checkout,
    plan: known.ok ? plan.path : undefined,
  });
  const worked = last && await lastWithAgents(repo.commonDir, last);
  const history = last && await historyOf(repo.commonDir, last);
  const landed = new Map(
    [...history?.tasks.values() ?? []].flatMap(({ id, landed }) =>
      landed?.sha === undefined ? [] : [[id, landed.sha] as const]
    ),
  );
  const base = settings.base ?? last?.base;
  const found = await findTarget({ repo, plan, wanted, base, landed });
  // A task's branch holds the code of an agent.
  const sandbox = settings.sandbox || worked?.settings?.sandbox === true;
  if (io.stderrIsTerminal) io.err(`checking ${targetWords(found.target)}\n`);
  return {
    repo,
    plan,
    base,
    settings: { ...settings, sandbox },
    ...found,
    fresh,
    secrets: await secretsForRecords(repo, settings.copy, env),
    onStart: ({ name, command }) => {
      if (io.stderrIsTerminal) io.err(`${name}: ${command}\n`);
    },
  };
}

/** Undefined: a person has interrupted it. */
async function run(input: CheckCommitInput, io: Io): Promise<CheckReport | undefined> {
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  const say = (text: string) => io.err(text + "\n");
  const release = interruptible({ interrupt, abort: () => shutdown(0) }, { say });
  try {
    const report = await checkCommit(input, stop.signal);
    return stop.signal.aborted ? undefined : report;
  } finally {
    release();
  }
}

async function openIssues({ repo, plan, base }: Prepared, report: CheckReport): Promise<void> {
  const remotes = await remotesOf(repo, base ?? "HEAD");
  const { into: repository } = await repositoriesOf(repo, remotes);
  await reportCheckIssues({
    gh: { repository, cwd: repo.root },
    identity: plan.identity,
    report,
    emit: (event) => {
      if (event.type === "notice") report.notes.push(event.message);
    },
  });
}

async function write(path: string, text: string): Promise<void> {
  await writing(path, async () => {
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  });
}
