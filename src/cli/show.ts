import { Command } from "@commander-js/extra-typings";
import { takeOverCommand } from "../agent/agents.ts";
import { shellWord } from "../exec/quote.ts";
import type { TaskRecord } from "../domain/task_record.ts";
import { type TaskPage, taskText } from "../report/run/task_page.ts";
import { exists } from "../util/files.ts";
import { logOf, rangeOf, transcriptPath } from "../web/run_files.ts";
import type { Context } from "./context.ts";
import { folderOf, type KnownTask, knownTask } from "./known_task.ts";

export function command(context: Context) {
  const { io } = context;
  return new Command("show")
    .description(
      "Show everything about one task: why it is blocked, its attempts, checks, commits and changes",
    )
    .argument("<task>", "Task of the plan")
    .option("--json", "Print it as JSON")
    .action(async (id, { json }) => {
      const known = await knownTask(io.cwd, id);
      const page = await taskPage(known);
      if (json) io.out(JSON.stringify(jsonOf(page)) + "\n");
      else io.out(taskText(page, { color: io.colorOut, columns: io.columns }));
    });
}

async function taskPage(known: KnownTask): Promise<TaskPage> {
  const { task, record, repo, live } = known;
  const range = await rangeOf(repo, task, record);
  const linesOf = async (args: string[]) =>
    (await repo.git(args)).split("\n").filter((line) => line !== "");
  const commits = range
    ? await linesOf([
      "log",
      "--format=%h %s",
      "--end-of-options",
      `${range.from}..${range.to}`,
      "--",
    ])
    : [];
  const diffstat = range
    ? await linesOf(["diff", "--stat=78", "--end-of-options", range.from, range.to, "--"])
    : [];
  const logs = new Map<number, string>();
  for (const [at, check] of task.checks.entries()) {
    if (check.exitCode === 0) continue;
    const printed = await logOf({ repo, secrets: known.secrets, dir: "" }, check);
    if (printed !== null) logs.set(at, printed);
  }
  const takeOver = takeOverLine(task);
  return {
    task,
    record,
    now: live ? Date.now() : record.spans.at(-1)?.end ?? Date.now(),
    transcripts: task.attempts.map((one) => transcriptPath(folderOf(known), task, one)),
    logs,
    commits,
    diffstat,
    worktree: task.worktree !== undefined && exists(task.worktree) ? task.worktree : undefined,
    takeOver,
  };
}

/** The command that continues the conversation of the last attempt. */
function takeOverLine({ attempts, worktree }: TaskRecord): string | undefined {
  const last = attempts.findLast(({ session }) => session !== undefined);
  const line = last?.session === undefined ? undefined : takeOverCommand(last.agent, last.session);
  if (!line || worktree === undefined || !exists(worktree)) return undefined;
  return `cd ${shellWord(worktree)} && ${line.map(shellWord).join(" ")}`;
}

function jsonOf({ task, transcripts, commits, diffstat, worktree, takeOver }: TaskPage) {
  const { id, name, status, reason, message, details, next, dependencies, branch } = task;
  const { attempts, checks, answers, landed } = task;
  return {
    id,
    name,
    status,
    reason,
    message,
    details,
    next,
    dependencies,
    branch,
    worktree,
    attempts: attempts.map(({ run, attempt, kind, agent, outcome, ms, usage, session }, at) => ({
      run,
      attempt,
      kind,
      agent,
      outcome: outcome ?? null,
      ms: ms ?? null,
      usage,
      session,
      transcript: transcripts[at],
    })),
    answers,
    checks: checks.map(({ run, attempt, name, command, exitCode, ms, log }) => ({
      run,
      attempt,
      name,
      command,
      exit_code: exitCode,
      ms,
      log,
    })),
    commits,
    diffstat,
    landed,
    take_over: takeOver,
  };
}
