/** What the benchmarks share: the program in its two forms, a plan's repository, ratios in tables. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { testEnv } from "../tests/support/env.ts";
import { planFiles, type PlanTasks } from "../tests/support/plan_files.ts";
import { type TempRepo, tempRepo } from "../tests/support/repo.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** A command line that the program's arguments are added to. */
export type Program = [string, ...string[]];

/** parex, compiled as the `compile` task does it. */
export async function compileParex(output: string): Promise<Program> {
  await run([Deno.execPath(), "task", "--quiet", "bundle"], ROOT);
  return await compile(undefined, output);
}

/** Another program, compiled with the same flags; absent: parex. */
export async function compile(main: string | undefined, output: string): Promise<Program> {
  const task = (await taskWords("compile")).filter((word) => !word.startsWith("$"));
  const args = [...task.slice(2, -2), output, main ?? task.at(-1) ?? ""];
  await run([Deno.execPath(), "compile", "--no-check", ...args], ROOT);
  return [output];
}

/** parex from its sources, as the `parex` task runs it. */
export async function fromSources(): Promise<Program> {
  const words = (await taskWords("parex")).slice(1);
  const args = words.map((word) => word === "src/main.ts" ? join(ROOT, word) : word);
  return [Deno.execPath(), ...args];
}

/** The words of a task of `deno.json`. */
async function taskWords(task: string): Promise<string[]> {
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  return String(tasks[task].command).split(" ");
}

/** Runs a command to its end, which must be a success; returns how long it took. */
export async function run([program, ...args]: Program, cwd: string): Promise<number> {
  const started = performance.now();
  const { success, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: testEnv(),
    stdin: "null",
  }).output();
  if (success) return performance.now() - started;
  throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

/** Plan files of as many tasks that wait for nothing. */
export function independentTasks(count: number): Record<string, string> {
  const tasks: PlanTasks = {};
  for (let task = 0; task < count; task++) tasks[`task-${task}`] = {};
  return planFiles(tasks);
}

/** A repository with a plan of independent tasks and as many other files. */
export function repository(tasks: number, files: number): Promise<TempRepo> {
  const named = Array.from({ length: files }, (_, file) => {
    const path = `src/group_${file % 100}/file_${file}.ts`;
    return [path, `export const file = ${file};\n`.repeat(20)] as const;
  });
  return tempRepo({ files: { ...Object.fromEntries(named), ...independentTasks(tasks) } });
}

/** Puts a repository back to where it was before a run. */
export async function reset({ root, git }: TempRepo): Promise<void> {
  await Deno.remove(`${root}.worktrees`, { recursive: true }).catch(ignoreAbsent);
  await git(["worktree", "prune"]);
  const branches = await git(["for-each-ref", "--format=%(refname:short)", "refs/heads/feature"]);
  if (branches !== "") await git(["branch", "-q", "-D", "--", ...branches.split("\n")]);
  await git(["checkout", "-q", "--", "."]);
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** The middle value, with the least and the greatest. */
export function spread(values: number[]): { median: number; least: number; greatest: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? NaN;
  return {
    median: at(Math.floor(sorted.length / 2)),
    least: at(0),
    greatest: at(sorted.length - 1),
  };
}

/** `1.32 (1.21–1.50)`: the median with the spread. */
export function spreadText(values: number[], digits = 2): string {
  const { median, least, greatest } = spread(values);
  return `${median.toFixed(digits)} (${least.toFixed(digits)}–${greatest.toFixed(digits)})`;
}

/** Prints a table as Markdown. */
export function printTable(head: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n") + "\n");
}
