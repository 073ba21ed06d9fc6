import { dirname, join } from "node:path";
import type { Plan, Problem } from "../../src/domain/plan.ts";
import { loadPlan } from "../../src/plan/load.ts";

export interface PlanFolder extends AsyncDisposable {
  path: string;
  write(files: Record<string, string | Uint8Array>): Promise<void>;
}

/** A folder of its own with these files, relative to it. */
export async function planFolder(
  files: Record<string, string | Uint8Array> = {},
): Promise<PlanFolder> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-plan-" }));
  const write = async (files: Record<string, string | Uint8Array>) => {
    for (const [name, content] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(path, name)), { recursive: true });
      const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await Deno.writeFile(join(path, name), bytes);
    }
  };
  await write(files);
  return {
    path,
    write,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** The plan of these files; throws with its problems if it is not valid. */
export async function valid(files: Record<string, string>): Promise<Plan> {
  await using folder = await planFolder(files);
  const loaded = await loadPlan(folder.path);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure, null, 2));
  return loaded.value;
}

/** The problems of these files, with paths relative to their folder; of a valid plan its warnings. */
export async function problemsOf(files: Record<string, string | Uint8Array>): Promise<Problem[]> {
  await using folder = await planFolder(files);
  const loaded = await loadPlan(folder.path);
  const shorten = (problem: Problem) => ({
    ...problem,
    file: problem.file.replace(`${folder.path}/`, ""),
  });
  if (loaded.ok) return loaded.value.warnings.map(shorten);
  if (loaded.failure.reason !== "plan_invalid") throw new Error(JSON.stringify(loaded.failure));
  return loaded.failure.problems.map(shorten);
}

/** `file:line:column code` of each problem. */
export function places(problems: readonly Problem[]): string[] {
  return problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

/** A task file without any problem. */
export function taskFile(frontmatter: string): string {
  return `---
${frontmatter}
---
# Title

## Objective
Do it.

## Files to Touch
None.

## Acceptance Criteria
- [ ] done
`;
}

/** A plan whose tasks stand in it themselves, from `id: dependencies`. */
export function inlinePlan(tasks: Record<string, string[]>, more = ""): string {
  const entries = Object.entries(tasks).map(([id, dependencies]) =>
    `  - id: ${id}
    name: Task ${id}
    priority: medium
    dependencies: [${dependencies.join(", ")}]
    description: Do it.
    files: [src/${id}.ts]
    acceptance: [done]
${more}`
  );
  return `metadata:\n  name: Sample\ntasks:\n${entries.join("")}`;
}

/** The entry of a task whose file is `a.md`. */
export const ENTRY = "- {id: a, name: A, file: a.md, priority: high, dependencies: []}\n";

/** A plan of these entries, the first of which stands in line 3. */
export function planWith(entries: string, metadata = "metadata: {name: Sample}"): string {
  return `${metadata}\ntasks:\n${entries}`;
}
