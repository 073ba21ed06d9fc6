import { resultOf } from "../../domain/failed.ts";
import type { Verdict } from "../../../machines/ports.ts";
import { firstBad } from "../../domain/bisect.ts";
import { isChecked } from "../../domain/task_record.ts";
import type { MergeQueue } from "./merge_queue.ts";
import type { Scope } from "../context/run_context.ts";
import { notify } from "../context/notices.ts";

/**
 * Runs all checks once more on the base after the last merge, and names the merge that introduced a failure.
 * Does nothing if nothing was merged.
 */
export async function verifyIntegration(
  scope: Scope,
  queue: MergeQueue,
  signal: AbortSignal,
): Promise<void> {
  if (queue.landed.length === 0) return;
  const { length } = scope.record.checks;
  let sha = scope.tip;
  const verdict = await resultOf(async () => {
    const base = ["rev-parse", "--verify", `refs/heads/${scope.base}`];
    sha = await scope.repo.line(base);
    return await checkAt(queue, sha, signal);
  });
  if (signal.aborted) return;
  const event = { type: "integration.finished", sha } as const;
  if (!verdict.ok) {
    notify(scope.emit, { about: "failed", failure: verdict.failure, without: "integration" });
    return scope.emit({ ...event, ok: false });
  }
  if (verdict.value.passed) {
    const checked = isChecked(scope.record.checks.slice(length));
    return scope.emit({ ...event, ok: true, unchecked: checked ? undefined : true });
  }
  const { check } = verdict.value;
  const culprit = await resultOf(() =>
    findCulprit(scope, queue, { check, tip: event.sha }, signal)
  );
  if (signal.aborted) return;
  if (!culprit.ok) notify(scope.emit, { about: "failed", failure: culprit.failure });
  const found = culprit.ok ? culprit.value : {};
  scope.emit({ ...event, ok: false, check, ...found });
}

interface Culprit {
  introduced_by?: string | undefined;
  introduced_at?: string | undefined;
}

/** Bisects over the run's merges. Empty: it failed before the first of them. */
async function findCulprit(
  scope: Scope,
  queue: MergeQueue,
  { check, tip }: { check: string; tip: string },
  signal: AbortSignal,
): Promise<Culprit> {
  const before = await scope.repo.line(["rev-parse", "--verify", `${queue.landed[0]?.sha}^1`]);
  const merges = queue.landed.filter(({ sha }, at) => sha !== queue.landed[at - 1]?.sha);
  const states = [{ sha: before }, ...merges];
  if (merges.at(-1)?.sha !== tip) states.push({ sha: tip });
  const index = await firstBad(states.length, async (at) => {
    if (signal.aborted) return true;
    return !(await checkAt(queue, states[at]?.sha ?? tip, signal, check)).passed;
  });
  const found: { sha: string; task?: string | undefined } | undefined = index === 0
    ? undefined
    : states[index];
  if (!found) return {};
  return { introduced_at: found.sha, introduced_by: found.task };
}

async function checkAt(
  queue: MergeQueue,
  sha: string,
  signal: AbortSignal,
  again?: string,
): Promise<Verdict> {
  const log = `integration.${sha.slice(0, 10)}`;
  if (again === undefined) return await queue.trees.check(sha, { log }, signal);
  return await queue.trees.check(sha, { log, quiet: true }, signal, { only: again });
}
