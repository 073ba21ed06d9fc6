import { closest } from "../domain/suggest.ts";
import type { Problem } from "../domain/plan.ts";
import type { RunSettings } from "../domain/settings.ts";
import { type Key, KEYS, SETTINGS, variableOf } from "./table.ts";

/** Where a value was set. A flag or a variable has no line: 0. */
export type Origin = Pick<Problem, "file" | "line" | "column">;

/** A value as it was found. */
export interface Given {
  value: unknown;
  origin: Origin;
  /** It was parsed in an earlier run, and is no longer the text that the user wrote. */
  recorded?: true;
}

/** The content of one source: values by setting, and its problems. */
export interface Source {
  given: Map<Key, Given>;
  problems: Problem[];
}

/** Variables of parex that are not settings. */
const OTHER_VARIABLES = new Set([
  "PAREX_TASK_ID",
  "PAREX_TASK_FILE",
  "PAREX_PROMPT_FILE",
  "PAREX_WORKTREE",
  "PAREX_RUN_ID",
  "PAREX_COMMAND_OF",
  "PAREX_ATTEMPT",
  "PAREX_SLOT",
  "PAREX_PORT",
  "PAREX_PLAN",
  "PAREX_DEBUG",
  "PAREX_INSPECT",
  "PAREX_CLAUDE",
  // Of the installer.
  "PAREX_REPO",
  "PAREX_DOWNLOAD_BASE",
]);

/** The flags as commander hands them over: in camelCase, text not yet parsed. */
export function fromFlags(flags: Readonly<Record<string, unknown>>): Source {
  const given = new Map<Key, Given>();
  for (const key of KEYS) {
    const { name, kind, flagless } = SETTINGS[key];
    const flag = flags[camelCase(name)];
    if (flagless || flag === undefined) continue;
    const value = typeof flag === "string" ? kind.fromText(flag) : flag;
    given.set(key, { value, origin: unplaced(`--${name}`) });
  }
  return { given: withImpliedAgent(given), problems: [] };
}

/** The `PAREX_*` variables. An empty one is not set; one that is nearly a setting's is a typo. */
export function fromVariables(env: Readonly<Record<string, string>>): Source {
  const given = new Map<Key, Given>();
  const byVariable = settingVariables();
  const problems: Problem[] = [];
  for (const [name, text] of Object.entries(env)) {
    const key = byVariable.get(name);
    if (key === undefined) problems.push(...misspelt(name, [...byVariable.keys()]));
    else if (text !== "") {
      given.set(key, { value: SETTINGS[key].kind.fromText(text), origin: unplaced(name) });
    }
  }
  return { given: withImpliedAgent(given), problems };
}

/** The settings that a journal records. */
export function fromRecord({ checks, ...others }: RunSettings, keys: readonly Key[]): Source {
  const values: Readonly<Record<string, unknown>> = { ...others, ...checks };
  const given = new Map<Key, Given>();
  for (const key of keys) {
    const value = values[key];
    if (value !== undefined) given.set(key, { value, origin: unplaced("journal"), recorded: true });
  }
  return { given, problems: [] };
}

/** A user who gives an agent command without an agent means the agent `command`. */
export function withImpliedAgent(given: Source["given"]): Source["given"] {
  const command = given.get("agentCommand");
  if (command && !given.has("agent")) given.set("agent", { ...command, value: "command" });
  return given;
}

/** `PAREX_*` variables that nothing reads, and whose names do not resemble a setting's. */
export function unknownVariables(env: Readonly<Record<string, string>>): string[] {
  const settings = settingVariables();
  return Object.keys(env).filter((name) => isUnknown(name) && !settings.has(name)).sort();
}

function settingVariables(): Map<string, Key> {
  return new Map(KEYS.map((key) => [variableOf(SETTINGS[key]), key]));
}

function isUnknown(name: string): boolean {
  return name.startsWith("PAREX_") && !/^PAREX_(?:TEST|NOTIFY)_/.test(name) &&
    !OTHER_VARIABLES.has(name);
}

function misspelt(name: string, variables: string[]): Problem[] {
  if (!isUnknown(name)) return [];
  const bare = (variable: string) => variable.slice("PAREX_".length);
  const near = closest(bare(name), variables.map(bare));
  if (near === undefined) return [];
  return [{
    severity: "error",
    code: "unknown-variable",
    ...unplaced(name),
    message: `no setting has the variable ${name}`,
    hint: `did you mean PAREX_${near}?`,
  }];
}

function unplaced(file: string): Origin {
  return { file, line: 0, column: 0 };
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
