import { join } from "node:path";
import {
  type Crossing,
  crossingsBetween,
  type Facts,
  type GitCommand,
  type Sight,
} from "../../domain/borders.ts";
import type { Failure } from "../../domain/failure.ts";
import { resultOf } from "../../domain/failed.ts";
import { type Look, settled, withIndex } from "../../git/borders.ts";
import { commandsIn } from "../../git/command_trace.ts";
import { pointersOf } from "../../git/git_files.ts";
import { putBack } from "../../git/put_back.ts";
import { movesOf } from "../../git/reflog.ts";
import { anchor } from "../../git/rescue/anchor.ts";
import type { Worktree } from "../../git/worktree.ts";
import { explain } from "../../report/messages/explain.ts";
import { exists } from "../../util/files.ts";
import type { Scope } from "../context/run_context.ts";
import { traceOf } from "../context/work_env.ts";

/** What is needed of a run to tell its own changes from a task's. */
export type BorderScope = Pick<
  Scope,
  "run" | "dir" | "repo" | "tasks" | "checkouts" | "lookout" | "emit" | "reportedCrossings"
>;

/**
 * Runs an agent, a setup or a check in a worktree, and detects whether it changed anything outside: its
 * changes in git are undone, changes of the user's files are not. Returns as `left` why its work cannot be
 * trusted, if so.
 */
export async function withinBorders<T>(
  scope: BorderScope,
  worktree: Worktree,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<{ value: T; left?: Failure }> {
  const trace = traceOf(scope, worktree.task);
  await Deno.mkdir(join(trace, ".."), { recursive: true, mode: 0o700 });
  await Deno.remove(trace).catch(() => {});
  const before = await resultOf(() => scope.lookout.before(worktree));
  const value = await work();
  const crossed = before.ok ? await resultOf(() => compare(scope, worktree, before.value)) : before;
  // The end of a run cuts commands of git off, too.
  if (!crossed.ok && signal?.aborted) return { value };
  const strayed = crossed.ok ? crossed.value : unseen(scope, worktree, crossed.failure);
  return strayed.length === 0 ? { value } : { value, left: { reason: "left_worktree", strayed } };
}

/** What nobody has looked at may have changed. */
function unseen({ emit }: BorderScope, { task }: Worktree, failure: Failure): string[] {
  const what = `parex could not look outside of the worktree: ${explain(failure).message}`;
  emit({ type: "border.crossed", task, what, undone: false });
  return [what];
}

/** Reports and undoes what was crossed; returns what makes the work doubtful. */
async function compare(scope: BorderScope, worktree: Worktree, before: Look): Promise<string[]> {
  const { repo, task } = worktree;
  const commands = commandsIn(traceOf(scope, task));
  const look = await scope.lookout.after(worktree, before);
  // Only a git command of the task's is known to have changed the index.
  const after = commands.length === 0 ? withIndex(before, look) : await settled(repo, before, look);
  const facts = await factsOf(scope, worktree, commands, [before.sight, after.sight]);
  // Without its folder a worktree is made again from its branch: its pointers are not missed.
  const gone = exists(worktree.path) ? [] : pointersOf(worktree);
  const crossings = crossingsBetween(before.sight, after.sight, facts)
    .filter(({ undo }) => undo?.kind !== "git_file" || !gone.includes(undo.path));
  const keep = join(scope.dir, "borders", task);
  const strayed: string[] = [];
  for (const crossing of crossings) {
    const undone = await undo(scope, worktree, crossing, { before, after, keep });
    if (crossing.strays) strayed.push(crossing.what);
    const key = `${crossing.what} ${[...after.sight.files.values()].join()}`;
    // While several tasks run, each of them sees the user's changes.
    if (!undone && !crossing.strays && scope.reportedCrossings.has(key)) continue;
    scope.reportedCrossings.add(key);
    scope.emit({ type: "border.crossed", task, what: crossing.what, undone });
  }
  return strayed;
}

async function undo(
  { run }: BorderScope,
  { repo, task }: Worktree,
  { undo }: Crossing,
  looks: { before: Look; after: Look; keep: string },
): Promise<boolean> {
  if (!undo) return false;
  const done = await resultOf(async () => {
    if (undo.kind === "ref" && undo.is) await anchor(repo, { run, task, refs: [undo.ref] });
    return await putBack(repo, undo, looks);
  });
  return done.ok && done.value;
}

async function factsOf(
  { repo, tasks, checkouts }: BorderScope,
  { task }: Worktree,
  commands: GitCommand[],
  [before, after]: [Sight, Sight],
): Promise<Facts> {
  const refs = changed(before.refs, after.refs, (one, other) => one?.sha === other?.sha);
  const heads = changed(before.heads, after.heads, (one, other) => one === other)
    .map((name) => `worktrees/${name}/HEAD`);
  const moves = new Map<string, Awaited<ReturnType<typeof movesOf>>>();
  const asked = before.head === after.head ? [] : ["HEAD"];
  for (const ref of new Set([...refs, ...heads, ...asked])) {
    moves.set(ref, await movesOf(repo, ref));
  }
  return {
    task,
    branch: `refs/heads/${repo.branchOf(task)}`,
    others: new Set([...tasks.keys()].map((id) => `refs/heads/${repo.branchOf(id)}`)),
    checkouts: new Set([repo.root, ...checkouts]),
    checkedOut: before.head.replace(/^ref: /, ""),
    commands,
    movesOf: (ref) => moves.get(ref) ?? [],
  };
}

function changed<T>(
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  same: (one: T | undefined, other: T | undefined) => boolean,
): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => !same(before.get(key), after.get(key)));
}
