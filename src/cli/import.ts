import { Command, Option } from "@commander-js/extra-typings";
import { relative, resolve } from "node:path";
import { Failed, valueOf } from "../domain/failed.ts";
import { PLANS_DIR } from "../domain/names.ts";
import type { Plan } from "../domain/plan.ts";
import { headState } from "../git/commit.ts";
import { remotesOf } from "../git/remotes.ts";
import { repositoryAt } from "./repository.ts";
import { listIssuesOf } from "../github/issues.ts";
import { findRepository } from "../hook/repository.ts";
import { type DetectedList, detectList, findLists } from "../plan/import/detect.ts";
import { loadForeign, planFrom } from "../plan/import/foreign_plan.ts";
import { type FormatName, FORMATS } from "../plan/import/format.ts";
import { github, readIssues } from "../plan/import/github.ts";
import { planFilesOf } from "../plan/plan_files.ts";
import { resolveList } from "../plan/import/resolve.ts";
import { writePlanFiles } from "../plan/write_files.ts";
import { type Imported, importedText, importFormatsText } from "../report/commands/import.ts";
import { preparePullRequests } from "../run/landing/repositories.ts";
import { canAsk, choose } from "./ask.ts";
import type { Context, Io } from "./context.ts";

interface Flags {
  from?: FormatName | undefined;
  label?: string | undefined;
  milestone?: string | undefined;
  to?: string | undefined;
  force?: true | undefined;
  json?: true | undefined;
}

export function command(context: Context) {
  return new Command("import")
    .description(
      "Write a plan from the task list of another tool. Without a path, from what the repository " +
        "has. `parex execute` takes such a list as it is, too, and writes its marks back",
    )
    .argument("[path]", "The list, or the folder that holds it")
    .addOption(
      new Option("--from <format>", "its format, where that is not clear").choices(FORMATS),
    )
    .option("--label <label>", "The GitHub issues with this label")
    .option("--milestone <title>", "The GitHub issues in this milestone")
    .option("--to <folder>", `Where the plan goes (default: ${PLANS_DIR})`)
    .option("--force", "Replace existing files")
    .option("--json", "Print what was imported as JSON")
    .action((path, flags) => run(context, path, flags));
}

async function run(context: Context, path: string | undefined, flags: Flags): Promise<void> {
  const { io } = context;
  const top = findRepository(io.cwd)?.top ?? io.cwd;
  const wantsIssues = flags.from === "github" || flags.label !== undefined ||
    flags.milestone !== undefined;
  const found = wantsIssues
    ? await planOfIssues(io, flags)
    : await planOfList(io, top, path, flags);
  if (!found) return context.exit(1);
  const { plan, title } = found;
  const source = title === github.title ? plan.path : relative(top, plan.path);
  const folder = flags.to === undefined ? resolve(top, PLANS_DIR) : resolve(io.cwd, flags.to);
  const files = planFilesOf(plan, source);
  const written = await writePlanFiles(folder, files, flags.force ?? false);
  const imported: Imported = {
    format: title,
    list: source,
    plan: relative(io.cwd, written.path) || written.path,
    name: plan.name,
    tasks: plan.tasks.length,
    done: plan.tasks.filter(({ status }) => status === "completed").length,
    unchanged: written.unchanged,
    notes: plan.warnings.map(({ file, line, message }) => ({
      at: file.startsWith("/") ? `${relative(io.cwd, file)}:${line}` : file,
      message,
    })),
  };
  io.out(
    flags.json ? JSON.stringify(imported) + "\n" : importedText(imported, { columns: io.columns }),
  );
}

interface Found {
  plan: Plan;
  title: string;
}

/** Undefined: the person cancelled the choice. */
async function planOfList(
  io: Io,
  top: string,
  path: string | undefined,
  { from }: Flags,
): Promise<Found | undefined> {
  const detected = path === undefined
    ? await offered(io, top, from)
    : detectList(resolve(io.cwd, path), from) ?? unknown(path);
  return detected && { plan: valueOf(loadForeign(detected)), title: detected.format.title };
}

/** The only list in the repository, or the chosen one. */
async function offered(
  io: Io,
  top: string,
  from: FormatName | undefined,
): Promise<DetectedList | undefined> {
  const lists = findLists(top).filter(({ format }) => from === undefined || format.name === from);
  const [first, ...others] = lists;
  if (!first) throw new Failed(nothing("this repository has no list of tasks that parex knows"));
  if (others.length === 0) return first;
  const labels = lists.map(({ format, list }) => `${relative(io.cwd, list)}  (${format.title})`);
  if (canAsk(io)) {
    const at = await choose("Which list?", labels);
    return at === undefined ? undefined : lists[at];
  }
  io.err(labels.map((label) => `${label}\n`).join(""));
  const message = `there are ${lists.length} lists of tasks`;
  const hint = `name one of them: parex import ${relative(io.cwd, first.list)}`;
  throw new Failed({ reason: "usage", message, hint });
}

function unknown(path: string): never {
  throw new Failed(nothing(`${path} is not a task list that parex knows`));
}

function nothing(message: string) {
  return { reason: "usage", message, hint: importFormatsText() } as const;
}

async function planOfIssues(io: Io, { label, milestone }: Flags): Promise<Found> {
  if (label === undefined && milestone === undefined) {
    const message = "--from github needs the label or the milestone of the issues";
    throw new Failed({ reason: "usage", message, hint: "parex import --label parallel" });
  }
  const repo = await repositoryAt(io.cwd);
  const { branch } = await headState(repo.here);
  const remotes = await remotesOf(repo, branch ?? "");
  const { into: repository } = await preparePullRequests(repo, remotes);
  const issues = await listIssuesOf({ repository, cwd: repo.root }, { label, milestone });
  const { host, owner, name } = repository;
  const list = `https://${host}/${owner}/${name}/issues`;
  const read = resolveList(readIssues(label ?? milestone ?? name, issues));
  return { plan: valueOf(planFrom(read, { format: github, list })), title: github.title };
}
