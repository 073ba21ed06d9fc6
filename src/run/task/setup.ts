import { findChecks } from "../../checks/find.ts";
import { Failed } from "../../domain/failed.ts";
import type { TaskId } from "../../domain/task.ts";
import { changes } from "../../git/commit.ts";
import { discardTracked } from "../../git/rescue/reset.ts";
import { exists, io, readIfThere } from "../../util/files.ts";
import type { Worktree } from "../../git/worktree.ts";
import { checkFailure, runCommand } from "./check_command.ts";
import { discardUncommitted, excludingNewFiles } from "../context/excludes.ts";
import { manifestsOf } from "../context/manifests.ts";
import type { CheckScope } from "../context/run_context.ts";
import { notify } from "../context/notices.ts";
import { noticeWords } from "../../report/messages/notice.ts";

/** Written into a worktree's git folder when its setup has passed: it does not run again. */
const SETUP_DONE = "setup";
/** The same while it runs on a clean tree: if parex was killed then, all uncommitted changes are setup's. */
const SETUP_BEGUN = "setup-begun";

export interface SetupFor {
  /** The task that it is for, if any. */
  task?: TaskId | undefined;
  quiet?: true | undefined;
  /** Run it even if it has run on another tree: the files that it reads may not be known. */
  again?: true | undefined;
}

/**
 * Runs the project's setup command in a worktree, unless it has run and the files that it reads are
 * unchanged. Nothing that it creates is committed. False: it was not run.
 */
export async function setUp(
  scope: CheckScope,
  worktree: Worktree,
  { task, quiet, again }: SetupFor,
  signal: AbortSignal,
): Promise<boolean> {
  const { setup, notes } = await findChecks(worktree.path, scope.settings.checks);
  notifyOnce(scope, notes);
  if (!setup) return false;
  const folder = worktree.notes;
  const marker = `${folder}/${SETUP_DONE}`;
  const stamp = setup.command + await manifestsOf(worktree);
  const tree = await worktree.line(["rev-parse", "HEAD^{tree}"]);
  const done = await io(marker, () => readIfThere(marker));
  if (again ? done === `${stamp} ${tree}` : done?.startsWith(`${stamp} `)) return false;
  const release = await scope.checkPermits.take(signal);
  try {
    const told = { task, quiet, log: `${worktree.task}.setup` };
    const install = (onTop: boolean) => {
      const command = onTop ? keepingInstalled(setup.command) : setup.command;
      return onCommitted(
        scope,
        worktree,
        `${folder}/${SETUP_BEGUN}`,
        () => runCommand(scope, worktree, { ...setup, command }, told, signal),
      );
    };
    const ran = scope.installed && done === undefined
      ? await scope.installed.setUp(worktree, stamp, install, signal)
      : await install(false);
    const failed = checkFailure(ran);
    if (failed) throw new Failed({ reason: "setup_failed", failed });
    await io(marker, () => Deno.writeTextFile(marker, `${stamp} ${tree}`, { mode: 0o600 }));
    return true;
  } finally {
    release?.();
  }
}

/** `npm ci` begins with the removal of all that is installed; from the same lock file, `npm install` makes it whole. */
function keepingInstalled(command: string): string {
  return command.replaceAll(/\bnpm (?:ci|clean-install)(?=\s|$)/g, "npm install --prefer-offline");
}

/** Why checks could not be found: without the notice, the project would seem to have none. */
function notifyOnce({ record, emit }: CheckScope, notes: readonly string[]): void {
  for (const note of notes) {
    const notice = { about: "checks_unread", note } as const;
    const message = noticeWords(notice);
    if (!record.notices.some((told) => told.message === message)) notify(emit, notice);
  }
}

/**
 * Runs a command that must not change the committed tree. A lock file that an installation rewrites, say,
 * would look like the agent's work; with uncommitted work in the tree the two cannot be told apart, and it
 * stays.
 */
async function onCommitted<T>(
  scope: CheckScope,
  worktree: Worktree,
  begun: string,
  work: () => Promise<T>,
): Promise<T> {
  if (exists(begun)) await discardUncommitted(worktree, scope.run);
  const before = await changes(worktree);
  await io(begun, async () => {
    if (before.length === 0) await Deno.writeTextFile(begun, "", { mode: 0o600 });
  });
  try {
    return await excludingNewFiles(worktree, work);
  } finally {
    if (before.every(({ state }) => state === "??")) await discardTracked(worktree, scope.run);
    await io(begun, async () => {
      if (exists(begun)) await Deno.remove(begun);
    });
  }
}
