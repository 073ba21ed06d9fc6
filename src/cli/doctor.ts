import { Command } from "@commander-js/extra-typings";
import { loadSettings } from "../config/load.ts";
import { type Finding, isFixable, severityOf } from "../domain/doctor_finding.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Settings } from "../domain/settings.ts";
import { headState } from "../git/commit.ts";
import { remoteOf } from "../git/push.ts";
import { openRepository, type Repository } from "../git/repository.ts";
import { doctorText, fixQuestion, reportFinding } from "../report/commands/doctor.ts";
import { formatFailure } from "../report/messages/explain.ts";
import { type DoctorQuestion, examine } from "../run/maintenance/doctor.ts";
import { fix } from "../run/maintenance/doctor_fix.ts";
import { examineRoom, examineTools } from "../run/maintenance/doctor_tools.ts";
import { takeLock } from "../journal/lock.ts";
import { newRunId, stateDir } from "../journal/store.ts";
import { canAsk, confirm } from "./ask.ts";
import type { Context, Io } from "./context.ts";
import { planInHand } from "./runs.ts";

interface Flags {
  fix?: true;
  yes?: true;
  json?: true;
}

export function command(context: Context) {
  return new Command("doctor")
    .description("Check prerequisites and the health of worktrees, locks, branches and processes.")
    .option("--fix", "put right what parex can; asks before each")
    .option("--yes", "with --fix: do not ask")
    .option("--json", "print the findings as JSON")
    .action((flags: Flags) => run(context, flags));
}

async function run(context: Context, flags: Flags): Promise<void> {
  const { io } = context;
  const found = await lookAround(io);
  if (!found.ok) return context.fail(found.failure);
  let { findings } = found.value;
  const { repo } = found.value;
  if (flags.fix && repo && findings.some(isFixable)) {
    const fixed = await fixAll(context, repo, findings, flags);
    if (!fixed.ok) return context.fail(fixed.failure);
    const after = await lookAround(io);
    if (!after.ok) return context.fail(after.failure);
    ({ findings } = after.value);
  }
  if (flags.json) io.out(JSON.stringify({ findings: findings.map(reportFinding) }) + "\n");
  else io.out(doctorText(findings, { color: io.colorOut, columns: io.columns }));
  context.exit(findings.some((finding) => severityOf(finding) !== "info") ? 1 : 0);
}

interface Look {
  /** Absent: parex does not stand in one that it can use. */
  repo?: Repository;
  findings: Finding[];
}

async function lookAround(io: Io): Promise<Result<Look>> {
  const opened = await openRepository(io.cwd);
  if (!opened.ok) {
    const findings: Finding[] = [{ code: "refused", failure: opened.failure }];
    return ok({ findings: [...findings, ...await examineTools(undefined)] });
  }
  const repo = opened.value;
  const findings: Finding[] = [];
  const settings = await loadSettings({
    flags: {},
    env: Deno.env.toObject(),
    root: repo.checkout,
  });
  if (!settings.ok) findings.push({ code: "refused", failure: settings.failure });
  const known = settings.ok ? settings.value : undefined;
  findings.push(...await examineTools(known), ...await examineRoom(repo));
  const question = await questionOf(io, repo, known, findings);
  if (!question.ok) return question;
  const examined = await examine(question.value);
  return examined.ok ? ok({ repo, findings: [...findings, ...examined.value] }) : examined;
}

/** A plan that cannot be read is one more finding; that there is none, is not. */
async function questionOf(
  io: Io,
  repo: Repository,
  settings: Settings | undefined,
  findings: Finding[],
): Promise<Result<DoctorQuestion>> {
  const found = await planInHand(repo);
  if (!found.ok && found.failure.reason !== "plan_not_found") {
    findings.push({ code: "refused", failure: found.failure });
  }
  const head = await headState(repo.checkout);
  if (!head.ok) return head;
  const record = found.ok ? found.value.run?.record : undefined;
  const base = record?.base ?? settings?.base ?? head.value.branch;
  const remote = base === undefined ? ok(undefined) : await remoteOf(repo, base);
  if (!remote.ok) return remote;
  return ok({
    repo,
    cwd: await Deno.realPath(io.cwd),
    ...(base === undefined ? {} : { base }),
    ...(remote.value === undefined ? {} : { remote: remote.value }),
    ...(found.ok ? { plan: found.value.plan } : {}),
  });
}

/** Holds the repository's lock, so that no run begins between the look and the hand. */
async function fixAll(
  context: Context,
  repo: Repository,
  findings: Finding[],
  { yes }: Flags,
): Promise<Result<void>> {
  const { io } = context;
  const inside = Deno.env.get("PAREX_TASK_ID");
  if (inside) return fail({ reason: "nested_run", task: inside });
  if (!yes && !canAsk(io)) {
    const message = "nothing was changed: there is no terminal to ask on";
    return fail({ reason: "usage", message, hint: "parex doctor --fix --yes" });
  }
  const lock = takeLock(stateDir(repo.commonDir));
  if (!lock.ok) return lock;
  try {
    const run = newRunId(new Date());
    for (const finding of findings.filter(isFixable)) {
      if (!yes && !await confirm(fixQuestion(finding))) continue;
      const fixed = await fix(repo, run, finding);
      if (!fixed.ok) io.err(formatFailure(fixed.failure, { color: io.colorErr }));
      else for (const ref of fixed.value) io.err(`anchored: ${ref}\n`);
    }
    return ok();
  } finally {
    lock.value.release();
  }
}
