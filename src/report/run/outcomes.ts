import { isChecked } from "../../domain/task_record.ts";
import { formatDuration } from "../../domain/units.ts";
import { plural } from "../layout.ts";
import type { Summary } from "./summary.ts";
import { namesOf } from "../layout.ts";
import { metWords, predictedWords, reusedWords, SHORT_SHA } from "./phrases.ts";

/** A part of the report that every form of it shows in the same words. */
export interface Outcome {
  title: string;
  /** As they are: neither escaped nor wrapped. Empty: nothing happened. */
  lines: string[];
}

/** What became of the tasks' work. */
export function outcomesOf(summary: Summary): Outcome[] {
  return [
    { title: "Checks", lines: checkLines(summary) },
    { title: "Merged", lines: mergeLines(summary) },
    { title: "Pull requests", lines: pullRequestLines(summary) },
    { title: "Integration", lines: integrationLines(summary) },
    { title: "Conflicts", lines: conflictLines(summary) },
    { title: "Recovery", lines: recoveryLines(summary) },
  ];
}

/** What else there is to know. */
export function remarksOf(summary: Summary): Outcome[] {
  return [
    { title: "Notices", lines: [...summary.warnings, ...summary.notices] },
    { title: "Cleanup", lines: cleanupLines(summary) },
  ];
}

function checkLines({ check_results, unchecked, base, base_check }: Summary): string[] {
  return [
    ...(base_check?.ok === false
      ? [`${base} itself fails ${base_check.check ?? "its checks"}, before any task`]
      : []),
    ...check_results.map(({ name, passed, failed }) => {
      const count = `${passed.length} of ${plural(passed.length + failed.length, "task")}`;
      return `${name} passes for ${count}` +
        (failed.length === 0 ? "" : `, fails for ${namesOf(failed)}`);
    }),
    ...(unchecked.length === 0 ? [] : [`completed without checks: ${namesOf(unchecked)}`]),
  ];
}

function mergeLines({ merges, base }: Summary): string[] {
  return merges.map(({ branch, name, sha }) =>
    `${branch} into ${base}, ${sha.slice(0, SHORT_SHA)}: ${name}`
  );
}

function pullRequestLines({ pull_requests }: Summary): string[] {
  return pull_requests.map(({ task, url }) => `${task}: ${url}`);
}

function integrationLines({ checks, check_results, integration, base }: Summary): string[] {
  const ran = checks.map(({ name, command, exit_code, ms, reused }) => {
    const outcome = exit_code === 0 ? "passed" : `failed (exit code ${exit_code ?? "none"})`;
    const how = reused ? reusedWords(reused) : `${outcome} in ${formatDuration(ms)}`;
    return `${name} ${how}: ${command}`;
  });
  if (integration === null) return ran;
  const { ok, unchecked, sha, check, introduced_by, introduced_at } = integration;
  const at = `${base} at ${sha.slice(0, SHORT_SHA)}`;
  const checked = !unchecked && (isChecked(checks) || isChecked(check_results));
  if (ok) return [...ran, `${at} ${checked ? "passes all checks" : "is unchecked"}`];
  if (check === undefined) return [...ran, `the checks could not run on ${at}`];
  const by = introduced_by ?? introduced_at?.slice(0, SHORT_SHA);
  return [...ran, `${check} fails on ${at}` + (by === undefined ? "" : `, introduced by ${by}`)];
}

function conflictLines({ base, conflicts }: Summary): string[] {
  return [
    ...conflicts.met.map((met) =>
      `${met.task} conflicted with ${metWords(met, base)}, ${OUTCOMES[met.outcome]}`
    ),
    ...conflicts.predicted.map((conflict) =>
      `predicted${conflict.met ? ", and it happened" : ""}: ${predictedWords(conflict)}`
    ),
  ];
}

const OUTCOMES = {
  landed: "resolved and landed",
  blocked: "not resolved",
  open: "not resolved yet",
};

function recoveryLines({ recovery, leftovers }: Summary): string[] {
  return [
    ...leftovers.map((id) => `${id} was interrupted by a crash and started again`),
    ...recovery.map(({ what, tier, action, outcome }) =>
      `${what}: ${action} (${tier}), ${outcome}`
    ),
  ];
}

function cleanupLines({ cleanups }: Summary): string[] {
  return cleanups.flatMap(({ removed, kept, archive }) => [
    ...(removed.length === 0 ? [] : [
      `${plural(removed.length, "branch", "branches")} removed, ` +
      plural(removed.filter(({ worktree }) => worktree !== undefined).length, "worktree"),
    ]),
    ...removed.flatMap(({ task, branch, rescue_refs }) => [
      `${task}: removed ${branch}` +
      (rescue_refs.length === 0 ? "" : `, rescue ref ${rescue_refs.join(", ")}`),
    ]),
    ...kept.map(({ task, why }) => `kept ${task}: ${why}`),
    ...(archive === undefined ? [] : [`archived the plan in ${archive}`]),
  ]);
}
