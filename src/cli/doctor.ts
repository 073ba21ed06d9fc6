import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import { type Finding, isFixable, severityOf } from "../domain/doctor_finding.ts";
import { Failed, resultOf, valueOf } from "../domain/failed.ts";
import type { Settings } from "../domain/settings.ts";
import { processEnv } from "../exec/env.ts";
import { headState } from "../git/commit.ts";
import { remotesOf } from "../git/remotes.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { doctorText, fixQuestion, reportFinding } from "../report/commands/doctor.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { type DoctorQuestion, examine } from "../run/maintenance/doctor.ts";
import { fix } from "../run/maintenance/doctor_fix.ts";
import { examineRecords, examineRoom, examineTools } from "../run/maintenance/doctor_tools.ts";
import { takeLock } from "../journal/lock.ts";
import { newRunId, stateDir } from "../journal/store.ts";
import { canAsk, confirm } from "./ask.ts";
import type { Context, Io } from "./context.ts";
import { progressOf } from "./progress.ts";
import { currentPlan } from "./runs.ts";

interface Flags {
  fix?: true;
  yes?: true;
  json?: true;
}

export function command(context: Context) {
  return new Command("doctor")
    .description("Check prerequisites and the health of worktrees, locks, branches and processes")
    .option("--fix", "Fix what parex can fix, and ask before each fix")
    .option("--yes", "With --fix: do not ask")
    .option("--json", "Print the findings as JSON")
    .action((flags: Flags) => run(context, flags));
}

async function run(context: Context, flags: Flags): Promise<void> {
  const { io } = context;
  const found = await examineAll(io);
  let { findings } = found;
  const { repo } = found;
  if (flags.fix && repo && findings.some(isFixable)) {
    await fixAll(context, repo, findings, flags);
    const after = await examineAll(io);
    ({ findings } = after);
  }
  if (flags.json) io.out(JSON.stringify({ findings: findings.map(reportFinding) }) + "\n");
  else io.out(doctorText(findings, { color: io.colorOut, columns: io.columns }));
  context.exit(findings.some((finding) => severityOf(finding) !== "info") ? 1 : 0);
}

interface Examined {
  /** Absent: parex is not in a repository that it can use. */
  repo?: Repository;
  findings: Finding[];
}

async function examineAll(io: Io): Promise<Examined> {
  const opened = await resultOf(() => repositoryAt(io.cwd));
  if (!opened.ok) {
    const findings: Finding[] = [{ code: "refused", failure: opened.failure }];
    return { findings: [...findings, ...await examineTools(undefined)] };
  }
  const repo = opened.value;
  const findings: Finding[] = [];
  const input = { flags: {}, env: processEnv(), root: repo.checkout };
  const settings = await resultOf(() => loadSettings(input));
  if (!settings.ok) findings.push({ code: "refused", failure: settings.failure });
  const known = settings.ok ? settings.value : undefined;
  findings.push(...await examineTools(known), ...await examineRoom(repo));
  if (known) findings.push(...await examineRecords(repo, known.keepRuns));
  const question = await questionOf(io, repo, known, findings);
  const examined = await examine(question);
  return { repo, findings: [...findings, ...examined] };
}

/** A plan that cannot be read is one more finding; a missing plan is not. */
async function questionOf(
  io: Io,
  repo: Repository,
  settings: Settings | undefined,
  findings: Finding[],
): Promise<DoctorQuestion> {
  const found = await resultOf(() => currentPlan(repo, io.cwd));
  if (!found.ok && found.failure.reason !== "plan_not_found") {
    findings.push({ code: "refused", failure: found.failure });
  }
  const head = await headState(repo.here);
  const record = found.ok ? found.value.run?.record : undefined;
  const base = record?.base ?? settings?.base ?? head.branch;
  const remotes = base === undefined ? undefined : await remotesOf(repo, base);
  return {
    repo,
    cwd: await Deno.realPath(io.cwd),
    base,
    remotes,
    onProgress: progressOf(io),
    plan: found.ok ? found.value.plan : undefined,
  };
}

/** Holds the repository's lock, so that no run begins between examination and repair. */
async function fixAll(
  context: Context,
  repo: Repository,
  findings: Finding[],
  { yes }: Flags,
): Promise<void> {
  const { io } = context;
  const inside = processEnv().PAREX_TASK_ID;
  if (inside) throw new Failed({ reason: "nested_run", task: inside });
  if (!yes && !canAsk(io)) {
    const message = "nothing was changed: confirm with --yes, as there is no terminal";
    throw new Failed({ reason: "usage", message, hint: "parex doctor --fix --yes" });
  }
  const lock = valueOf(takeLock(stateDir(repo.commonDir)));
  try {
    const run = newRunId(new Date());
    for (const finding of findings.filter(isFixable)) {
      if (!yes && !await confirm(fixQuestion(finding))) continue;
      const fixed = await resultOf(() => fix(repo, run, finding));
      if (!fixed.ok) io.err(formatFailure(fixed.failure, { color: io.colorErr }));
      else for (const ref of fixed.value) io.err(`anchored: ${ref}\n`);
    }
    return;
  } finally {
    lock.release();
  }
}
