import type { Verdict } from "../../../machines/ports.ts";
import { firstBad } from "../../domain/bisect.ts";
import { ok, type Result } from "../../domain/result.ts";
import { isChecked } from "../../domain/task_record.ts";
import { explain } from "../../report/messages/explain.ts";
import { gitLine } from "../../git/git.ts";
import type { MergeQueue } from "./merge_queue.ts";
import type { Scope } from "../context/run_context.ts";

/**
 * Runs all checks once more on the base when the last merge is in, and names the merge that brought
 * a failure in. Does nothing if nothing was merged.
 */
export async function verifyIntegration(
  scope: Scope,
  queue: MergeQueue,
  signal: AbortSignal,
): Promise<void> {
  if (queue.landed.length === 0) return;
  const sha = await gitLine(["rev-parse", "--verify", `refs/heads/${scope.base}`], {
    cwd: scope.repo.root,
  });
  const { length } = scope.record.checks;
  const verdict = sha.ok ? await checkAt(queue, sha.value, signal) : sha;
  if (signal.aborted) return;
  const event = { type: "integration.finished", sha: sha.ok ? sha.value : scope.tip } as const;
  if (!verdict.ok) {
    scope.emit({ type: "notice", message: explain(verdict.failure).message });
    return scope.emit({ ...event, ok: false });
  }
  if (verdict.value.passed) {
    const checked = isChecked(scope.record.checks.slice(length));
    return scope.emit({ ...event, ok: true, ...(checked ? {} : { unchecked: true }) });
  }
  const { check } = verdict.value;
  const culprit = await findCulprit(scope, queue, { check, tip: event.sha }, signal);
  if (signal.aborted) return;
  if (!culprit.ok) scope.emit({ type: "notice", message: explain(culprit.failure).message });
  scope.emit({ ...event, ok: false, check, ...(culprit.ok ? culprit.value : {}) });
}

interface Culprit {
  introduced_by?: string;
  introduced_at?: string;
}

/** Bisects over the run's merges. Empty: it failed before the first of them. */
async function findCulprit(
  scope: Scope,
  queue: MergeQueue,
  { check, tip }: { check: string; tip: string },
  signal: AbortSignal,
): Promise<Result<Culprit>> {
  const before = await gitLine(["rev-parse", "--verify", `${queue.landed[0]?.sha}^1`], {
    cwd: scope.repo.root,
  });
  if (!before.ok) return before;
  const merges = queue.landed.filter(({ sha }, at) => sha !== queue.landed[at - 1]?.sha);
  const states = [{ sha: before.value }, ...merges];
  if (merges.at(-1)?.sha !== tip) states.push({ sha: tip });
  let failure: Result<never> | undefined;
  const index = await firstBad(states.length, async (at) => {
    if (failure || signal.aborted) return true;
    const verdict = await checkAt(queue, states[at]?.sha ?? tip, signal, check);
    if (!verdict.ok) failure = verdict;
    return !verdict.ok || !verdict.value.passed;
  });
  if (failure) return failure;
  const found: { sha: string; task?: string } | undefined = index === 0 ? undefined : states[index];
  if (!found) return ok({});
  return ok({
    introduced_at: found.sha,
    ...(found.task === undefined ? {} : { introduced_by: found.task }),
  });
}

async function checkAt(
  queue: MergeQueue,
  sha: string,
  signal: AbortSignal,
  again?: string,
): Promise<Result<Verdict>> {
  const ready = await queue.tree.checkOut(sha);
  if (!ready.ok) return ready;
  const log = `integration.${sha.slice(0, 10)}`;
  if (again === undefined) return await queue.tree.check({ log }, signal);
  return await queue.tree.check({ log, quiet: true }, signal, { only: again });
}
