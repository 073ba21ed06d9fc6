import { dirname, join } from "node:path";
import { isAgentName, USUAL_MODELS } from "../domain/agents.ts";
import { CONFIG_PATH } from "../domain/names.ts";
import { Failed } from "../domain/failed.ts";
import type { Problem } from "../domain/plan.ts";
import { MARK } from "../domain/redact.ts";
import type { RunSettings, Settings } from "../domain/settings.ts";
import { closest } from "../domain/suggest.ts";
import { fromFile } from "./file.ts";
import { exists, isWithin, realPathOf } from "../util/files.ts";
import { checkRules } from "./rules.ts";
import { fromFlags, fromRecord, fromVariables, type Given, type Source } from "./sources.ts";
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
  /**
   * The options of a command as commander returns them. Options that are not settings are ignored.
   */
  flags: Readonly<Record<string, unknown>>;
  env: Readonly<Record<string, string>>;
  /** The root of the repository. */
  root: string;
  /** The path of the plan, absolute: the config of its package counts too. */
  plan?: string | undefined;
}

/**
 * All settings: by flag, variable, config file or default, in this order. Throws `config_invalid`
 * with all errors at once, or `io_failed`.
 */
export async function loadSettings(input: SettingsInput): Promise<Settings> {
  const files = await fromFiles(input);
  const given = [fromFlags(input.flags), fromVariables(input.env)];
  return withGiven(settle([...given, ...files]), given);
}

/** Reads the config files, the one that is nearer to the plan first. */
async function fromFiles({ root, plan }: Pick<SettingsInput, "root" | "plan">) {
  const near = plan === undefined ? undefined : await packageConfig(root, plan);
  const paths = [...near === undefined ? [] : [near], join(root, CONFIG_PATH)];
  return await Promise.all(paths.map(fromFile));
}

/**
 * The config of the plan's package, in a repository of several packages; undefined if there is
 * none.
 */
export async function packageConfig(root: string, plan: string): Promise<string | undefined> {
  for (
    let at = await realPathOf(dirname(plan));
    at !== root && isWithin(at, root);
    at = dirname(at)
  ) {
    const path = join(at, CONFIG_PATH);
    if (exists(path)) return path;
  }
  return undefined;
}

/** What belongs to the person at this machine, and not to a run: it is always read again. */
const PERSONAL: ReadonlySet<Key> = new Set<Key>(["notify", "bell"]);

/**
 * The settings of a resumed run: by flag, else as recorded. A command that contained a secret is
 * read from the config file again.
 */
export async function resumedSettings(
  recorded: RunSettings,
  { flags, env, root, plan }: SettingsInput,
): Promise<Settings> {
  const given = fromFlags(flags);
  const before = fromRecord(recorded, KEYS.filter((key) => !PERSONAL.has(key)));
  const withheld = withheldIn(before, given);
  const files = await fromFiles({ root, plan });
  for (const key of withheld) {
    const again = hasFlag(key)
      ? undefined
      : files.map(({ given }) => given.get(key)).find((one) => one !== undefined);
    if (!again) throw secretWithheld(key);
    before.given.set(key, again);
  }
  const personal = [fromVariables(env), ...files].map(personalIn);
  const all = settle([given, before, ...personal]);
  return withGiven(all, [given, fromRecord(recorded, givenIn(recorded))]);
}

function personalIn({ given }: Source): Source {
  return { given: new Map([...given].filter(([key]) => PERSONAL.has(key))), problems: [] };
}

/**
 * The settings of a run that retries blocked tasks: by flag, else the flags and variables of the
 * run before. Everything else is read again, since the user may have fixed it.
 */
export async function retriedSettings(
  recorded: RunSettings,
  { flags, env, root, plan }: SettingsInput,
): Promise<Settings> {
  const files = await fromFiles({ root, plan });
  const now = fromFlags(flags);
  const before = fromRecord(recorded, givenIn(recorded).filter((key) => !PERSONAL.has(key)));
  const [withheld] = withheldIn(before, now);
  if (withheld) throw secretWithheld(withheld);
  const given = [now, before, fromVariables(env)];
  return withGiven(settle([...given, ...files]), given);
}

/**
 * What flags and variables gave. If an old journal does not record it, all of its settings count as
 * given.
 */
function givenIn({ given }: RunSettings): readonly Key[] {
  return KEYS.filter((key) => given === undefined ? hasFlag(key) : given.includes(key));
}

/** Records which of the settings come from these sources. */
function withGiven(settings: Settings, sources: readonly Source[]): Settings {
  const given = KEYS.filter((key) => sources.some((source) => source.given.has(key)));
  return { ...settings, given };
}

/** Recorded commands and variables whose secrets were redacted. */
function withheldIn(recorded: Source, given: Source): Key[] {
  const keys: Key[] = ["agentCommand", "env", "setup", "test", "lint", "typecheck"];
  const isWithheld = (key: Key) =>
    JSON.stringify(recorded.given.get(key)?.value ?? "").includes(MARK);
  return keys.filter((key) => isWithheld(key) && !given.given.has(key));
}

function secretWithheld(key: Key): Failed {
  const { name } = SETTINGS[key];
  const message = `the setting ${name} of the run held a secret, which its journal does not keep`;
  const hint = hasFlag(key)
    ? `give it again as an option: --${name} '<command>'`
    : `set it again in ${CONFIG_PATH}`;
  return new Failed({ reason: "usage", message, hint });
}

/** Decides from the sources, the strongest first. Throws `config_invalid`. */
export function settle(sources: readonly Source[]): Settings {
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
  const whole = withDefaults(values);
  problems.push(...checkRules(whole, (key) => winners.get(key)?.origin));
  if (problems.length > 0) {
    throw new Failed({ reason: "config_invalid", problems: sorted(problems) });
  }
  return asSettings(whole);
}

function take<K extends Key>(
  values: Partial<Values>,
  key: K,
  given: Given,
  overridden: boolean,
): Problem | undefined {
  const spec: Spec<Required<Values>[K]> = SETTINGS[key];
  const parsed = given.recorded
    ? { success: true as const, data: given.value as Required<Values>[K] }
    : spec.kind.schema.safeParse(given.value);
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
    message: `${JSON.stringify(value)} is not valid for ${name}`,
    hint: `${near ? `did you mean ${near}? ` : ""}expected ${kind.expected}`,
  };
}

function withDefaults(values: Partial<Values>): Values {
  const given = {
    ...DEFAULTS,
    checkJobs: defaultCheckJobs(navigator.hardwareConcurrency),
    ...values,
  };
  const usual = isAgentName(given.agent) ? USUAL_MODELS[given.agent] : undefined;
  return { model: usual, ...given };
}

function asSettings({ setup, test, lint, typecheck, ...others }: Values): Settings {
  return {
    ...others,
    checks: { setup, test, lint, typecheck },
  };
}

function sorted(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
