import { join, relative } from "node:path";
import { PLAN_PATHS } from "../domain/names.ts";
import type { Plan } from "../domain/plan.ts";
import type { Result } from "../domain/result.ts";
import { shellWord } from "../exec/quote.ts";
import { listRuns, liveRun, runDir } from "../journal/store.ts";
import { readSummary, type RunSummary } from "../journal/summary.ts";
import type { Request } from "./prompt_match.ts";
import { findRepository } from "./repository.ts";
import { cutLine } from "../util/text.ts";

/**
 * The context for Claude Code if a person asks for parallel work or for its progress; undefined if
 * they do not.
 */
export async function suggestCommands(cwd: string, wish: Request): Promise<string | undefined> {
  const repo = findRepository(cwd);
  const run = repo && await currentRun(repo.commonDir);
  if (wish.given === "run") return run && aboutRun(run).join("\n");
  // A short `go ahead` in the middle of a run answers something else.
  if (wish.given === "plan") return run?.live ? undefined : await sessionContext(cwd);
  if (run) return aboutRun(run).join("\n");
  const top = repo?.top ?? cwd;
  const found = await findPlan(top);
  return (found ? aboutPlan(found, top, cwd) : withoutPlan()).join("\n");
}

/** The context for Claude Code at its start; undefined: nothing for parex to do. */
export async function sessionContext(cwd: string): Promise<string | undefined> {
  const repo = findRepository(cwd);
  if (!repo) return undefined;
  const run = await currentRun(repo.commonDir);
  if (run) return aboutRun(run).join("\n");
  const found = await findPlan(repo.top);
  if (!found?.plan.ok || openTasks(found.plan.value).open === 0) return undefined;
  const { name } = found.plan.value;
  const execute = command("execute", found.path, cwd);
  return `A plan for parex is ready here: "${cutLine(name)}", ${counted(found.plan.value)}.\n` +
    `If the user asks for it, \`${execute}\` does its tasks in parallel.`;
}

interface KnownRun {
  summary: RunSummary;
  live: boolean;
}

/** The run in progress, or the last one if it was interrupted. */
async function currentRun(commonDir: string): Promise<KnownRun | undefined> {
  const runs = await listRuns(commonDir);
  const live = runs.length > 0 ? liveRun(commonDir)?.run : undefined;
  const id = live ?? runs.at(-1);
  if (id === undefined) return undefined;
  const summary = readSummary(runDir(commonDir, id));
  // `parex status` says what is wrong with a journal; here it only means that nothing is known.
  if (summary === undefined || (live === undefined && summary.ended)) return undefined;
  return { summary, live: live !== undefined };
}

function aboutRun({ summary, live }: KnownRun): [string, string] {
  const { plan, tasks, completed } = summary;
  const progress = completed === undefined
    ? `${tasks} tasks`
    : `${completed} of ${tasks} tasks completed`;
  const what = `"${cutLine(plan)}", ${progress}`;
  return live
    ? [
      `parex is executing a plan in this repository right now: ${what}.`,
      "`parex status` shows its progress and `parex watch` follows it. Do not start it again, and leave worktrees/ and its branches alone.",
    ]
    : [
      `A run of parex in this repository was interrupted: ${what}.`,
      "If the user asks for it, `parex resume` continues it; `parex status` shows its progress.",
    ];
}

interface FoundPlan {
  path: string;
  plan: Result<Plan>;
}

async function findPlan(top: string): Promise<FoundPlan | undefined> {
  const path = PLAN_PATHS.map((each) => join(top, each)).find(isFile);
  if (path === undefined) return undefined;
  const { loadPlan } = await import("../plan/load.ts");
  return { path, plan: await loadPlan(path) };
}

function aboutPlan({ path, plan }: FoundPlan, top: string, cwd: string): string[] {
  const shown = relative(top, path);
  if (!plan.ok) {
    return [
      `parex executes plans like this repository's ${shown} in parallel, but it cannot be read as it is.`,
      `Run \`${
        command("validate", path, cwd)
      }\`, which reports each problem with its line; fix them; then run \`${
        command("execute", path, cwd)
      }\`.`,
    ];
  }
  const { open } = openTasks(plan.value);
  if (open === 0) {
    return [
      `parex found the plan "${
        cutLine(plan.value.name)
      }" (${shown}), but all its tasks are completed.`,
      "For new work, write a new plan, then run `parex execute`.",
    ];
  }
  return [
    "parex does this: every task in its own git worktree and branch, with an agent of its own, and the project's checks run on each result.",
    `Plan found: "${cutLine(plan.value.name)}" (${shown}), ${counted(plan.value)}.`,
    `Run \`${
      command("execute", path, cwd)
    }\` (it takes long: in the background; \`parex status\` shows its progress; \`--dry-run\` shows the schedule, \`--only ID\` chooses tasks). Do not make worktrees or start agents for these tasks yourself.`,
  ];
}

function withoutPlan(): string[] {
  return [
    "parex does this: every task in its own git worktree and branch, with an agent of its own, and the project's checks run on each result. It needs a plan, and found none.",
    `Make one with \`/ctx:plan\`, or write ${
      PLAN_PATHS[0]
    }: \`metadata.name\`, and \`tasks\`, each with \`id\`, \`name\`, \`file\` (a Markdown file in the same folder that specifies the task completely), \`priority\` (blocker, high, medium, low) and \`dependencies\`. Tasks that touch the same files depend on one another.`,
    "`parex validate` reports what is wrong with it, and `parex execute` runs it. `parex extract` writes the files of a plan that was made earlier in this conversation.",
  ];
}

function openTasks({ tasks }: Plan): { open: number; ready: number } {
  const done = new Set(tasks.filter(({ status }) => status === "completed").map(({ id }) => id));
  const open = tasks.filter(({ id }) => !done.has(id));
  const ready = open.filter(({ dependencies }) => dependencies.every((id) => done.has(id)));
  return { open: open.length, ready: ready.length };
}

function counted(plan: Plan): string {
  const { open, ready } = openTasks(plan);
  const done = plan.tasks.length - open;
  const completed = done === 0 ? "" : `, ${done} completed`;
  return `${plan.tasks.length} tasks${completed}: ${open} to do, ${ready} ready to start now`;
}

/** As it must be typed in `cwd`. */
function command(name: "execute" | "validate", path: string, cwd: string): string {
  return `parex ${name} ${shellWord(relative(cwd, path))}`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
