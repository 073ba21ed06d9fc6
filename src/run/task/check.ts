import type { Verdict } from "../../../machines/ports.ts";
import { CHECK_ORDER, type CheckCommand, findChecks, type FoundChecks } from "../../checks/find.ts";
import { forkPoint } from "../../git/ancestry.ts";
import { changes } from "../../git/commit.ts";
import type { TaskId } from "../../domain/task.ts";
import { resultOf } from "../../domain/failed.ts";
import { discardTracked } from "../../git/rescue/reset.ts";
import type { Worktree } from "../../git/worktree.ts";
import { untrackedFingerprint } from "../context/untracked_fingerprint.ts";
import { sameManifests } from "../context/manifests.ts";
import { checkFailure, type CheckLabels, recordReused, runCommand } from "./check_command.ts";
import { setUp } from "./setup.ts";
import { excludingNewFiles } from "../context/excludes.ts";
import { attemptName, type PreparedTree, type Scope, worktreeFor } from "../context/run_context.ts";

/** Runs the project's checks on what a task has committed; stops at the first that fails. */
export async function check(
  scope: Scope,
  input: { task: TaskId; attempt: number },
  signal: AbortSignal,
): Promise<Verdict> {
  const worktree = worktreeFor(scope, input.task);
  const { task, attempt } = input;
  const told = { task, attempt, log: attemptName(input) };
  const which = {
    since: () => newestBase(scope, worktree),
    proves: () => isAsPrepared(worktree, scope.prepared.get(task)),
  };
  if (!scope.merges.has(task)) return await runChecks(scope, worktree, told, signal, which);
  const verdict = await checkSetUp(scope, worktree, told, signal, which);
  return verdict.passed ? verdict : { ...verdict, onto: scope.base };
}

/**
 * Whether a worktree has the untracked files that it began with, and setup would install the same again: then
 * what it installed earlier proves something.
 */
async function isAsPrepared(
  worktree: Worktree,
  before: PreparedTree | undefined,
): Promise<boolean> {
  if (before?.head === undefined || before.fingerprint !== await untrackedFingerprint(worktree)) {
    return false;
  }
  const head = await worktree.head();
  return head !== undefined && await sameManifests(worktree, before.head, head);
}

/** Runs the checks; if one fails and setup last ran on another tree, runs setup and the checks again. */
export async function checkSetUp(
  scope: Scope,
  worktree: Worktree,
  told: CheckLabels,
  signal: AbortSignal,
  which: Which,
): Promise<Verdict> {
  const verdict = await runChecks(scope, worktree, told, signal, which);
  if (verdict.passed || verdict.failed.gone || signal.aborted) return verdict;
  const { task, quiet } = told;
  const done = await resultOf(() => setUp(scope, worktree, { task, quiet, again: true }, signal));
  // If setup fails, the check's own output says more.
  if (!done.ok || !done.value || signal.aborted) return verdict;
  return await runChecks(scope, worktree, told, signal, which);
}

/** The newest commit of the base that a task's branch is built on. */
async function newestBase(
  { attemptStarts, merges, tip, baseSha }: Scope,
  worktree: Worktree,
): Promise<string> {
  const began = attemptStarts.get(worktree.task)?.began;
  if (began !== undefined && !merges.has(worktree.task)) return began;
  const fork = await forkPoint(worktree, tip, `refs/heads/${worktree.branch}`);
  // Without a common commit, the base's start is all there is to compare with.
  return fork ?? baseSha;
}

/** Which checks to run, and which must exist. */
export interface Which {
  /** Only this check, even if it has passed already. */
  only?: string;
  /** The commit whose checks the tree must still have. */
  since?: () => Promise<string>;
  /**
   * Whether a check that passes here would pass wherever the same tree is checked out: there are no new
   * untracked files that can decide it. Absent: it would.
   */
  proves?: () => Promise<boolean>;
}

/** A commit, its tree, and its checks. */
interface Checked {
  commit: string;
  tree: string;
  found: FoundChecks;
}

/**
 * The verdict on a commit if no check has to run: each has passed on the same tree, or there is none, or one
 * is lost. Undefined: a worktree is needed.
 */
export async function knownVerdict(
  scope: Scope,
  commit: string,
  told: CheckLabels,
  { since }: Which,
): Promise<Verdict | undefined> {
  const found = await scope.committedChecks.foundAt(commit, scope.settings.checks);
  const lost = since ? await lostCheck(scope, { commit, found }, since) : undefined;
  if (lost) return isGone(lost, scope.base);
  // Then only setup can fail.
  if (found.checks.length === 0) return found.setup ? undefined : { passed: true };
  const tree = await scope.repo.line(["rev-parse", `${commit}^{tree}`]);
  const passed = [];
  for (const check of found.checks) {
    const by = await scope.evidence.find(tree, check, found);
    if (!by) return undefined;
    passed.push({ check, by });
  }
  for (const { check, by } of passed) recordReused(scope, check, told, by);
  return { passed: true };
}

/** Runs the checks on the tree of a worktree, except those that have passed on it. */
export async function runChecks(
  scope: Scope,
  worktree: Worktree,
  told: CheckLabels,
  signal: AbortSignal,
  which: Which = {},
): Promise<Verdict> {
  const found = await findChecks(worktree.path, scope.settings.checks);
  const commit = await worktree.head() ?? "";
  const { only, since } = which;
  const lost = since ? await lostCheck(scope, { commit, found }, since) : undefined;
  if (lost) return isGone(lost, scope.base);
  if (found.checks.length === 0) return { passed: true };
  const tree = await worktree.line(["rev-parse", `${commit}^{tree}`]);
  const checked = { commit, tree, found };
  const wanted: CheckCommand[] = [];
  for (const check of found.checks.filter(({ name }) => only === undefined || name === only)) {
    const by = only === undefined ? await scope.evidence.find(tree, check, found) : undefined;
    if (by) recordReused(scope, check, told, by);
    else wanted.push(check);
  }
  return wanted.length === 0
    ? { passed: true }
    : await runAll(scope, worktree, { ...checked, wanted }, told, signal, which);
}

async function runAll(
  scope: Scope,
  worktree: Worktree,
  { tree, found, wanted }: Checked & { wanted: CheckCommand[] },
  told: CheckLabels,
  signal: AbortSignal,
  { proves = () => Promise.resolve(true) }: Which,
): Promise<Verdict> {
  const release = await scope.checkPermits.take(signal);
  try {
    return await excludingNewFiles(worktree, async () => {
      // If a check rewrites tracked files (a formatter, snapshots), it judges another tree than this one.
      const isCommitted = async () => (await changes(worktree)).length === 0;
      let clean = await isCommitted() && await proves();
      for (const command of wanted) {
        const log = `${told.log}.${command.name}`;
        const ran = await runCommand(scope, worktree, command, { ...told, log }, signal);
        const failed = checkFailure(ran);
        if (failed) return { passed: false, check: command.name, failed };
        clean &&= await isCommitted();
        if (clean && !signal.aborted) await scope.evidence.keep(tree, command, found, told.task);
      }
      return { passed: true };
    });
  } finally {
    // Changes that a check made to tracked files are not work.
    await discardTracked(worktree, scope.run).finally(() => release?.());
  }
}

/** The first check that a commit of the base has and this one lacks; configured checks cannot be lost. */
export async function lostCheck(
  { settings, committedChecks }: Pick<Scope, "settings" | "committedChecks">,
  { commit, found }: Pick<Checked, "commit" | "found">,
  since: NonNullable<Which["since"]>,
): Promise<CheckCommand | undefined> {
  const known = ({ name }: Pick<CheckCommand, "name">) =>
    settings.checks[name] !== undefined || found.checks.some((check) => check.name === name);
  if (CHECK_ORDER.every((name) => known({ name }))) return undefined;
  const base = await since();
  const had = await committedChecks.at(base);
  if (had.every(known)) return undefined;
  // A sparse checkout does not contain all committed files.
  const has = await committedChecks.at(commit);
  return had.find((check) => !known(check) && !has.some(({ name }) => name === check.name));
}

/** A removed check counts as failed. */
function isGone({ name, command, from }: CheckCommand, base: string): Verdict {
  const failed = { command, exitCode: null, tail: "", gone: { from, base } };
  return { passed: false, check: name, failed };
}
