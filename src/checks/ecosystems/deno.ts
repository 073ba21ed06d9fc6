import { z } from "zod";
import type { CheckCommands } from "../../domain/settings.ts";
import { parseJsonc } from "../parsers.ts";
import type { Detected, Project } from "../project.ts";

const Manifest = z.object({
  tasks: z.record(z.string(), z.unknown()).default({}),
  lint: z.unknown().optional(),
  compilerOptions: z.unknown().optional(),
});

const TYPECHECK_TASKS = ["typecheck", "type-check", "check"];
/** As `deno test` itself looks for them. */
const TEST_FILE = /(^|[/_.])test\.(ts|tsx|mts|js|jsx|mjs)$/;

/** Deno: the tasks of `deno.json`, else Deno's own tools where the project is set up for them. */
export async function deno(project: Project): Promise<Detected | undefined> {
  const from = ["deno.json", "deno.jsonc"].find(project.has);
  if (!from) return undefined;
  const manifest = await project.manifest(from, (text) => Manifest.parse(parseJsonc(text)));
  if (!manifest) return undefined;
  const { tasks } = manifest;
  const commands: CheckCommands = {};
  if (tasks.test) commands.test = "deno task test";
  // The tests get no fewer permissions than the agent that wrote them had.
  else if ((await project.files()).some((path) => TEST_FILE.test(path))) {
    commands.test = "deno test -A";
  }
  // A linter or type checker that the project never ran would fail for what was there before.
  if (tasks.lint) commands.lint = "deno task lint";
  else if (manifest.lint) commands.lint = "deno lint";
  const typecheck = TYPECHECK_TASKS.find((name) => tasks[name]);
  if (typecheck) commands.typecheck = `deno task ${typecheck}`;
  else if (manifest.compilerOptions) commands.typecheck = "deno check";
  return { from, commands };
}
