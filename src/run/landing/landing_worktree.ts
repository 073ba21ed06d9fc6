import { createHash } from "node:crypto";
import type { Verdict } from "../../../machines/ports.ts";
import { branchOf, worktreeOf } from "../../domain/names.ts";
import { ok, type Result } from "../../domain/result.ts";
import type { TaskId } from "../../domain/task.ts";
import { exists } from "../../util/files.ts";
import { entries, gitOk } from "../../git/git.ts";
import { waitForIndex } from "../../git/index_lock.ts";
import {
  checkOut,
  mergeBranch,
  type Merged,
  removeIfClean,
} from "../../git/worktrees/merge_branch.ts";
import { excludesEnv } from "../../git/excludes.ts";
import { ensureWorktree } from "../../git/worktrees/ensure.ts";
import { runChecks, type Which } from "../task/check.ts";
import type { Told } from "../task/check_command.ts";
import { copyUncommitted, excludesOf } from "../context/excludes.ts";
import { planFolderIn } from "../context/plan_paths.ts";
import type { Place, Scope } from "../context/run_context.ts";
import { setUp } from "../task/setup.ts";

/** No task has such an id. */
const LANDING = "_landing";

/** Files that say what a project's setup installs, wherever they lie. */
const MANIFEST =
  /(^|\/)(package(-lock)?\.json|npm-shrinkwrap\.json|pnpm-(lock|workspace)\.yaml|yarn\.lock|bun\.lockb?|deno\.(jsonc?|lock)|(dev-)?requirements[^/]*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|(uv|poetry|pdm|Pipfile|Cargo|gradle)\.lock(file)?|Pipfile|Cargo\.toml|go\.(mod|sum)|pom\.xml|(build|settings)\.gradle(\.kts)?|\.tool-versions|Makefile)$/;

/** The worktree in which branches are merged into the base and checked before the base moves. */
export class LandingTree {
  readonly #place: Place;

  constructor(private readonly scope: Scope) {
    this.#place = { task: { id: LANDING }, path: `${scope.repo.root}/${worktreeOf(LANDING)}` };
  }

  /** Stands at a commit, with nothing else in it. The first time makes the worktree. */
  async checkOut(sha: string): Promise<Result<void>> {
    const { repo, run, plan } = this.scope;
    const worktree = this.#place.path;
    const whose = { run, task: LANDING, identity: plan.identity };
    const made = await ensureWorktree(repo, { ...whose, path: worktree, startPoint: sha });
    if (!made.ok) return made;
    // Landings come one after the other: whoever holds the index here has died.
    const free = await waitForIndex(worktree);
    if (!free.ok) return free;
    const excludes = await excludesOf(this.#place);
    if (!excludes.ok) return excludes;
    const env = excludesEnv(excludes.value);
    return await checkOut(repo, { run, task: LANDING, worktree, env }, sha);
  }

  /** Merges a task's branch into what the worktree stands at. */
  async merge(id: TaskId): Promise<Result<Merged>> {
    const { repo, plan, tasks } = this.scope;
    const excludes = await excludesOf(this.#place);
    if (!excludes.ok) return excludes;
    const task = tasks.get(id);
    const branch = branchOf(id);
    const title = task?.title ?? task?.name ?? id;
    const keep = planFolderIn(repo, plan);
    const message = `Merge branch '${branch}'\n\n${title}\n\nImplements: ${id}\n`;
    const merge = { branch, message, ...(keep === undefined ? {} : { keep }) };
    // What setup and checks have left beside the tracked files must not stand in a merge's way.
    return await mergeBranch(this.#place.path, merge, excludesEnv(excludes.value));
  }

  /** Runs the project's checks on what the worktree stands at. */
  async check(told: Told, signal: AbortSignal, which: Which = {}): Promise<Result<Verdict>> {
    const ready = await this.#setUp(told, signal);
    if (ready.ok) return await runChecks(this.scope, this.#place, told, signal, which);
    if (ready.failure.reason !== "setup_failed") return ready;
    return ok({ passed: false, check: "setup", failed: ready.failure.failed });
  }

  async #setUp({ task, quiet }: Told, signal: AbortSignal): Promise<Result<void>> {
    const excludes = await excludesOf(this.#place);
    if (!excludes.ok) return excludes;
    const inputs = await manifestsOf(this.#place.path);
    if (!inputs.ok) return inputs;
    const copied = await copyUncommitted(this.scope, this.#place, excludes.value);
    if (!copied.ok) return copied;
    const what = {
      ...(task === undefined ? {} : { task }),
      ...(quiet === undefined ? {} : { quiet }),
      inputs: inputs.value,
    };
    return await setUp(this.scope, this.#place, what, signal);
  }

  /** Removes the worktree unless there is something in it that git does not hold. */
  async close(): Promise<Result<void>> {
    const { path } = this.#place;
    if (!exists(path)) return ok();
    const excludes = await excludesOf(this.#place);
    if (!excludes.ok) return excludes;
    const removed = await removeIfClean(this.scope.repo, path, excludesEnv(excludes.value));
    return removed.ok ? ok() : removed;
  }
}

/** Changes when one of the files does that a project's setup reads. */
async function manifestsOf(worktree: string): Promise<Result<string>> {
  const listed = await gitOk(["ls-tree", "-r", "-z", "HEAD"], { cwd: worktree });
  if (!listed.ok) return listed;
  const manifests = entries(listed.value).filter((entry) =>
    MANIFEST.test(entry.split("\t")[1] ?? "")
  );
  return ok(createHash("sha256").update(manifests.join("\0")).digest("hex"));
}
