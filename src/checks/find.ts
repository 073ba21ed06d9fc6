import type { CheckCommands } from "../domain/settings.ts";
import { deno } from "./ecosystems/deno.ts";
import { go } from "./ecosystems/go.ts";
import { gradle, maven } from "./ecosystems/jvm.ts";
import { make } from "./ecosystems/make.ts";
import { node } from "./ecosystems/node.ts";
import { python } from "./ecosystems/python.ts";
import { rust } from "./ecosystems/rust.ts";
import { type Detected, type Ecosystem, folder, openProject, type Source } from "./project.ts";

export type CheckName = keyof CheckCommands;

export interface CheckCommand {
  name: CheckName;
  /** A line for the shell, run in the worktree. */
  command: string;
  /** Where it comes from, for people: `config`, or the manifests that it was found by. */
  from: string;
}

export interface FoundChecks {
  /** Makes the worktree ready to work in. */
  setup?: CheckCommand | undefined;
  /** The cheap ones first. */
  checks: CheckCommand[];
  /** Files that exist but could not be used, for people. */
  notes: string[];
}

/** The cheap ones first. */
export const CHECK_ORDER = ["typecheck", "lint", "test"] as const;

const ECOSYSTEMS: readonly Ecosystem[] = [node, deno, python, rust, go, maven, gradle];

/**
 * The commands that prepare and check the project at `root`. The configuration overrides what is
 * found; if it is `none` or empty, a check is off. Reads files only, runs nothing.
 */
export async function findChecks(root: string, configured: CheckCommands): Promise<FoundChecks> {
  return await findChecksIn(folder(root), configured);
}

/** As `findChecks`, wherever the project's files are. */
export async function findChecksIn(
  source: Source,
  configured: CheckCommands,
): Promise<FoundChecks> {
  const project = await openProject(source);
  const detected: Detected[] = [];
  for (const detect of ECOSYSTEMS) {
    const found = await detect(project);
    if (found) detected.push(found);
  }
  const last = await make(project);
  const choose = (name: CheckName): CheckCommand | undefined => {
    const own = configured[name];
    if (own !== undefined) return isOff(own) ? undefined : { name, command: own, from: "config" };
    return combine(name, detected) ?? (last && combine(name, [last]));
  };
  const setup = choose("setup");
  const wanted = CHECK_ORDER.filter((name) => configured[name] === undefined);
  const mergeVerdict = detected.flatMap(({ mergeVerdict }) =>
    wanted.flatMap((name) => mergeVerdict?.[name] ?? [])
  );
  return {
    setup,
    checks: CHECK_ORDER.map(choose).filter((check) => check !== undefined),
    notes: [...project.notes, ...mergeVerdict],
  };
}

function isOff(command: string): boolean {
  return ["", "none"].includes(command.trim());
}

/** One command out of those of all ecosystems that the project's root belongs to. */
function combine(name: CheckName, detected: Detected[]): CheckCommand | undefined {
  const found = detected.flatMap(({ from, commands }) => {
    const command = commands[name];
    return command === undefined ? [] : [{ from, command }];
  });
  if (found.length === 0) return undefined;
  return {
    name,
    command: found.map(({ command }) => command).join(" && "),
    from: found.map(({ from }) => from).join(", "),
  };
}
