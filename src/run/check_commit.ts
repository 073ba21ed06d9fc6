import type { CheckCommand, FoundChecks } from "../checks/find.ts";
import { findCoverage } from "../checks/coverage.ts";
import type { CheckOutcome } from "../checks/run.ts";
import type { CheckReport, CheckResult, CheckTarget } from "../domain/check_report.ts";
import type { EventBody } from "../domain/event.ts";
import { resultOf } from "../domain/failed.ts";
import type { CommandFailure } from "../domain/failure.ts";
import type { Plan } from "../domain/plan.ts";
import { emptyRecord } from "../domain/record.ts";
import { redact } from "../domain/redact.ts";
import type { Settings } from "../domain/settings.ts";
import { childEnv } from "../exec/env.ts";
import { spellingsOf } from "../exec/task_env.ts";
import { changes } from "../git/commit.ts";
import { discardTracked } from "../git/rescue/reset.ts";
import type { Repository } from "../git/repository.ts";
import { Worktree } from "../git/worktree.ts";
import { makeWorktreesFolder, removeIfEmpty } from "../git/worktrees/folder.ts";
import { removeIfClean } from "../git/worktrees/merge_branch.ts";
import { liveRun, newRunId, stateDir } from "../journal/store.ts";
import { redactEvent } from "../journal/redact_event.ts";
import { readEnd } from "../util/files.ts";
import { Semaphore } from "../util/semaphore.ts";
import { CommittedChecks } from "./context/committed_checks.ts";
import { Evidence } from "./context/evidence.ts";
import { copyUncommitted, excludingNewFiles } from "./context/excludes.ts";
import { lookoutFor } from "./context/plan_paths.ts";
import type { CheckScope } from "./context/run_context.ts";
import { Slots } from "./context/slots.ts";
import { lostCheck } from "./task/check.ts";
import { checkOutIn } from "./task/check_out.ts";
import { runCommand } from "./task/check_command.ts";
import { setUp } from "./task/setup.ts";

export interface CheckCommitInput {
  repo: Repository;
  /** The current plan, or an empty one. */
  plan: Plan;
  settings: Settings;
  target: CheckTarget;
  /** The commit whose checks the target must still have; absent: none. */
  since?: string | undefined;
  /** Run the checks even if they have passed on the same tree. */
  fresh: boolean;
  /** Values that must not be shown. */
  secrets: readonly string[];
  onStart: (check: { name: string; command: string }) => void;
}

/** Of a check's output, as much is searched for coverage, from its end. Bytes. */
const OUTPUT_READ = 1 << 20;

/**
 * Runs the project's checks on a commit as a run would, in a worktree of its own: also beside a run in progress.
 * Runs all of them, whatever fails. What passes counts as evidence in later runs.
 */
export async function checkCommit(
  input: CheckCommitInput,
  signal: AbortSignal,
): Promise<CheckReport> {
  const started = performance.now();
  const notes: string[] = [];
  const scope = scopeOf(input, notes);
  const { target: { sha }, settings, repo } = input;
  await noteUncommitted(input, notes);
  const tree = await repo.line(["rev-parse", `${sha}^{tree}`]);
  const found = await scope.committedChecks.foundAt(sha, settings.checks);
  const known = input.fresh ? new Map<string, CheckResult>() : await knownIn(scope, tree, found);
  const lost = await lostIn(scope, input, found);
  const wanted = found.checks.filter(({ name }) => !known.has(name));
  const ran = wanted.length === 0 ? [] : await inOwnWorktree(scope, async (worktree) => {
    await checkOutIn(scope, worktree, sha);
    await copyUncommitted(scope, worktree);
    const broken = await setUpIn(scope, input, worktree, found, signal);
    return broken
      ? [broken]
      : await runAll(scope, input, worktree, { tree, found, wanted }, signal);
  });
  const results = new Map([...known.values(), ...lost, ...ran].map((one) => [one.name, one]));
  const checks = ["setup", "typecheck", "lint", "test"].flatMap((name) => results.get(name) ?? [])
    .map((check) => ({ ...check, command: redact(check.command, input.secrets) }));
  const state = checks.length === 0
    ? "unchecked"
    : checks.every((check) => check.state === "passed")
    ? "passed"
    : "failed";
  const ms = Math.round(performance.now() - started);
  return {
    target: input.target,
    state,
    checks,
    ms,
    notes: [...new Set([...notes, ...found.notes])],
  };
}

/** Only what is committed is checked, whatever else is in the task's worktree. */
async function noteUncommitted({ repo, target }: CheckCommitInput, notes: string[]): Promise<void> {
  if (target.kind !== "task") return;
  const changed = await resultOf(() => changes(new Worktree(repo, target.name)));
  if (!changed.ok || changed.value.length === 0) return;
  notes.push(`uncommitted changes in the worktree of ${target.name} are not checked`);
}

type Checking = CheckScope & { evidence: Evidence; committedChecks: CommittedChecks };

function scopeOf({ repo, plan, settings, secrets }: CheckCommitInput, notes: string[]): Checking {
  const run = newRunId(new Date());
  const record = emptyRecord();
  const note = (event: EventBody) => {
    if (event.type === "border.crossed") notes.push(event.what);
    if (event.type !== "notice") return;
    record.notices.push({ at: Date.now(), message: event.message });
    notes.push(event.message);
  };
  const inUse = liveRun(repo.commonDir) ? settings.jobs + settings.checkJobs : 0;
  const dir = `${stateDir(repo.commonDir)}/checks/${run}`;
  return {
    run,
    dir,
    repo,
    plan,
    tasks: new Map(plan.tasks.map((task) => [task.id, task])),
    settings,
    emit: (body) => note(redactEvent(body, secrets)),
    record,
    checkouts: spellingsOf([...new Set([repo.root, repo.checkout])], childEnv()),
    lookout: lookoutFor(repo, plan, dir),
    slots: new Slots(repo.commonDir, inUse),
    checkPermits: new Semaphore(1),
    reportedCrossings: new Set(),
    evidence: new Evidence(repo, run, settings),
    committedChecks: new CommittedChecks(repo),
  };
}

/** The checks that have passed on the same tree. */
async function knownIn(
  { evidence }: Checking,
  tree: string,
  found: FoundChecks,
): Promise<Map<string, CheckResult>> {
  const known = new Map<string, CheckResult>();
  for (const check of found.checks) {
    const reused = await evidence.find(tree, check, found);
    const result = { ...check, state: "passed", exit_code: 0, ms: 0, excerpt: [], reused } as const;
    if (reused) known.set(check.name, { ...result, excerpt: [] });
  }
  return known;
}

/** A check that the base has and the commit lacks. */
async function lostIn(
  scope: Checking,
  { since, target: { sha: commit } }: CheckCommitInput,
  found: FoundChecks,
): Promise<CheckResult[]> {
  if (since === undefined) return [];
  const lost = await lostCheck(scope, { commit, found }, () => Promise.resolve(since));
  if (!lost) return [];
  const { name, command, from } = lost;
  return [{ name, command, from, state: "removed", exit_code: null, ms: 0, excerpt: [] }];
}

/** Names of its worktrees: no task has such an id. Several processes use one each. */
const OWN = "_check";

async function inOwnWorktree<T>(
  scope: Checking,
  work: (worktree: Worktree) => Promise<T>,
): Promise<T> {
  const made = await makeWorktreesFolder(
    scope.repo,
    scope.settings.worktrees && scope.repo.worktrees,
  );
  const repo = scope.repo.withWorktrees(made.folder);
  const place = takePlace(`${stateDir(repo.commonDir)}/checks`);
  const name = place.number === 1 ? OWN : `${OWN}-${place.number}`;
  const worktree = new Worktree(repo, name);
  try {
    return await work(worktree);
  } finally {
    await resultOf(() => removeIfClean(worktree));
    await removeIfEmpty(repo);
    place.release();
  }
}

/** The first place that no other process uses; the kernel frees it if this one is killed. */
function takePlace(dir: string): { number: number; release: () => void } {
  Deno.mkdirSync(dir, { recursive: true, mode: 0o700 });
  for (let number = 1;; number++) {
    const file = Deno.openSync(`${dir}/place-${number}`, {
      create: true,
      write: true,
      mode: 0o600,
    });
    if (file.tryLockSync(true)) return { number, release: () => file.close() };
    file.close();
  }
}

/** How setup failed; undefined if it has passed. */
async function setUpIn(
  scope: Checking,
  { onStart, secrets }: CheckCommitInput,
  worktree: Worktree,
  { setup }: FoundChecks,
  signal: AbortSignal,
): Promise<CheckResult | undefined> {
  if (!setup) return undefined;
  onStart(setup);
  const started = performance.now();
  const done = await resultOf(() => setUp(scope, worktree, { again: true }, signal));
  if (done.ok) return undefined;
  const ms = Math.round(performance.now() - started);
  const { failure } = done;
  const failed: Partial<CommandFailure> = failure.reason === "setup_failed" ? failure.failed : {};
  const { exitCode = null, tail = failure.reason, log } = failed;
  const excerpt = linesOf(tail, secrets);
  return { ...setup, state: "failed", exit_code: exitCode, ms, excerpt, log };
}

async function runAll(
  scope: Checking,
  input: CheckCommitInput,
  worktree: Worktree,
  { tree, found, wanted }: { tree: string; found: FoundChecks; wanted: CheckCommand[] },
  signal: AbortSignal,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  // If a check rewrites tracked files, the next one judges another tree than this one.
  const isCommitted = async () => (await changes(worktree)).length === 0;
  let clean = await isCommitted();
  await excludingNewFiles(worktree, async () => {
    for (const check of wanted) {
      if (signal.aborted) return;
      input.onStart(check);
      const since = Date.now();
      const ran = await runCommand(scope, worktree, check, { log: check.name }, signal);
      if (signal.aborted) return;
      results.push(await resultFrom(ran, check, input.secrets, { folder: worktree.path, since }));
      clean &&= await isCommitted();
      const passed = results.at(-1)?.state === "passed";
      if (clean && passed) await scope.evidence.keep(tree, check, found, taskOf(input.target));
    }
  });
  // Changes that a check made to tracked files are not work.
  await discardTracked(worktree, scope.run);
  return results;
}

function taskOf({ kind, name }: CheckTarget): string | undefined {
  return kind === "task" ? name : undefined;
}

async function resultFrom(
  { exitCode, by, ms, tail, log }: CheckOutcome,
  { name, command, from }: CheckCommand,
  secrets: readonly string[],
  written: { folder: string; since: number },
): Promise<CheckResult> {
  const state = by === "timeout"
    ? "timed_out"
    : exitCode === null
    ? "killed"
    : exitCode === 0
    ? "passed"
    : "failed";
  const output = await readEnd(log, OUTPUT_READ);
  const excerpt = state === "passed" ? [] : linesOf(tail, secrets);
  const coverage = await findCoverage(written.folder, output, written.since);
  return { name, command, from, state, exit_code: exitCode, ms, excerpt, log, coverage };
}

function linesOf(text: string, secrets: readonly string[]): string[] {
  return redact(text, secrets).trimEnd().split("\n");
}
