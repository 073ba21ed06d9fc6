import { isAgentName, USUAL_MODELS } from "../domain/agents.ts";
import { CONFIG_PATH } from "../domain/names.ts";
import type { Failure } from "../domain/failure.ts";
import type { Problem } from "../domain/plan.ts";
import { MARK } from "../domain/redact.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { RunSettings, Settings } from "../domain/settings.ts";
import { closest } from "../domain/suggest.ts";
import { fromFile } from "./file.ts";
import { checkRules } from "./rules.ts";
import { fromFlags, fromVariables, type Given, type Source } from "./sources.ts";
import {
  defaultCheckJobs,
  DEFAULTS,
  hasFlag,
  type Key,
  KEYS,
  SETTINGS,
  type Spec,
  type Values,
} from "./table.ts";

export interface SettingsInput {
  /** The options of a command as commander gives them. Others than settings are not looked at. */
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string>>;
  /** The root of the repository. */
  root: string;
}

/** All settings: by flag, variable, config file or default, in this order. All errors at once. */
export async function loadSettings(input: SettingsInput): Promise<Result<Settings>> {
  const file = await fromFile(`${input.root}/${CONFIG_PATH}`);
  if (!file.ok) return file;
  return settle([fromFlags(input.flags), fromVariables(input.env), file.value]);
}

/** The settings of a run that goes on: by flag, else as they were recorded. */
export function resumedSettings(
  recorded: RunSettings,
  flags: SettingsInput["flags"],
): Result<Settings> {
  const { checks, ...others } = recorded;
  return settleOn({ ...others, ...checks }, [fromFlags(flags)]);
}

/**
 * The settings of a run that does blocked tasks again: by flag, else as they were recorded. What has
 * no flag is read anew, for a command that failed may have been put right.
 */
export async function retriedSettings(
  { checks: _, ...recorded }: RunSettings,
  { flags, env, root }: SettingsInput,
): Promise<Result<Settings>> {
  const file = await fromFile(`${root}/${CONFIG_PATH}`);
  if (!file.ok) return file;
  const before: Partial<Values> = { ...recorded };
  for (const key of KEYS) if (!hasFlag(key)) delete before[key];
  return settleOn(before, [fromFlags(flags), ...[fromVariables(env), file.value].map(flagless)]);
}

function flagless({ given, problems }: Source): Source {
  return { given: new Map([...given].filter(([key]) => !hasFlag(key))), problems };
}

/** On what a journal tells of an earlier run, which keeps no secrets. */
function settleOn(before: Partial<Values>, sources: readonly Source[]): Result<Settings> {
  const { agentCommand, setup, test, lint, typecheck } = before;
  const commands = Object.entries({ agentCommand, setup, test, lint, typecheck }) as [
    Key,
    string | undefined,
  ][];
  const withheld = commands.find(([key, command]) =>
    command?.includes(MARK) && !sources.some(({ given }) => given.has(key))
  );
  return withheld ? fail(secretWithheld(SETTINGS[withheld[0]].name)) : settle(sources, before);
}

function secretWithheld(name: string): Failure {
  const message = `the setting ${name} of the run held a secret, which its journal does not keep`;
  return { reason: "usage", message, hint: `give it again as an option: parex resume --help` };
}

/** Decides from the sources, the strongest first; `before` stands where none of them says anything. */
export function settle(
  sources: readonly Source[],
  before: Partial<Values> = {},
): Result<Settings> {
  const problems = sources.flatMap((source) => source.problems);
  const values: Partial<Values> = {};
  const winners = new Map<Key, Given>();
  for (const key of KEYS) {
    for (const given of sources.map((source) => source.given.get(key))) {
      if (given === undefined) continue;
      // A value that a stronger source overrides must be valid too.
      const wrong = take(values, key, given, winners.has(key));
      if (wrong) problems.push(wrong);
      if (!winners.has(key)) winners.set(key, given);
    }
  }
  const whole = withDefaults(before, values);
  problems.push(...checkRules(whole, (key) => winners.get(key)?.origin));
  if (problems.length > 0) return fail({ reason: "config_invalid", problems: sorted(problems) });
  return ok(asSettings(whole));
}

function take<K extends Key>(
  values: Partial<Values>,
  key: K,
  given: Given,
  overridden: boolean,
): Problem | undefined {
  const spec: Spec<Required<Values>[K]> = SETTINGS[key];
  const parsed = spec.kind.schema.safeParse(given.value);
  if (!parsed.success) return invalid(spec, given);
  if (!overridden) values[key] = parsed.data;
  return undefined;
}

function invalid<T>({ name, kind }: Spec<T>, { value, origin }: Given): Problem {
  const near = typeof value === "string" ? closest(value, kind.choices ?? []) : undefined;
  return {
    severity: "error",
    code: "invalid-value",
    ...origin,
    message: `${JSON.stringify(value)} is no value for ${name}`,
    hint: `${near ? `did you mean ${near}? ` : ""}${name} takes ${kind.takes}`,
  };
}

function withDefaults(before: Partial<Values>, values: Partial<Values>): Values {
  const given = {
    ...DEFAULTS,
    checkJobs: defaultCheckJobs(navigator.hardwareConcurrency),
    ...before,
    // Whoever gives a command means the agent that runs it.
    ...(values.agentCommand === undefined ? {} : { agent: "command" }),
    ...values,
  };
  const usual = isAgentName(given.agent) ? USUAL_MODELS[given.agent] : undefined;
  return { ...(usual === undefined ? {} : { model: usual }), ...given };
}

function asSettings({ setup, test, lint, typecheck, ...others }: Values): Settings {
  return {
    ...others,
    checks: {
      ...(setup === undefined ? {} : { setup }),
      ...(test === undefined ? {} : { test }),
      ...(lint === undefined ? {} : { lint }),
      ...(typecheck === undefined ? {} : { typecheck }),
    },
  };
}

function sorted(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
