import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import {
  DEFAULTS,
  descriptionOf,
  hasFlag,
  type Key,
  KEYS,
  SETTINGS,
  type Spec,
  type Values,
} from "../config/table.ts";
import { CONFIG_PATH } from "../domain/names.ts";
import { wrap } from "../report/layout.ts";

const HELP_COLUMNS = 80;

const ELSEWHERE = `Each option can also be set by a variable (--idle-timeout: PAREX_IDLE_TIMEOUT)
or in ${CONFIG_PATH} under its name; the flag wins, then the variable.

Settings without a flag:
${wrap(namesWithoutFlag().join(", "), HELP_COLUMNS - 2).map((line) => `  ${line}`).join("\n")}`;

/**
 * Adds an option to a command for every setting that has a flag. Values stay text: pass `command.opts()` to
 * `loadSettings`, which checks them together with variables and config file.
 */
export function addSettingOptions(command: CommandUnknownOpts): void {
  addOptionsOf(command, KEYS, descriptionOf);
  command.addHelpText("after", `\n${ELSEWHERE}`);
}

/** The same for a command that resumes a run: how the run works may change, what it does may not. */
export function addResumeOptions(command: CommandUnknownOpts): void {
  addRunOptions(command, "Options left out keep the value that the run was started with.");
}

/** The same for a command that runs tasks of the last run in a new one. */
export function addRetryOptions(command: CommandUnknownOpts): void {
  addRunOptions(
    command,
    `Options left out keep their value from the last run; everything else,
such as the checks, is read from ${CONFIG_PATH} again.`,
  );
}

function addRunOptions(command: CommandUnknownOpts, otherwise: string): void {
  const keys = KEYS.filter((key) => !SETTLED.has(key));
  addOptionsOf(command, keys, (key) => SETTINGS[key].description);
  command.addHelpText("after", `\n${otherwise}`);
}

const SETTLED: ReadonlySet<Key> = new Set<Key>(["base", "only", "dryRun"]);

function addOptionsOf(
  command: CommandUnknownOpts,
  keys: readonly Key[],
  describe: (key: Key) => string,
): void {
  for (const key of keys) {
    const spec: Spec<unknown> = SETTINGS[key];
    if (!hasFlag(key)) continue;
    const short = spec.short ? `-${spec.short}, ` : "";
    if (spec.kind.placeholder) {
      const flags = `${short}--${spec.name} ${spec.kind.placeholder}`;
      const option = new Option(flags, capital(describe(key)));
      // For the help and shell completions; `loadSettings` checks the values.
      if (spec.kind.choices) option.argChoices = [...spec.kind.choices];
      command.addOption(option);
    } else addSwitch(command, spec, describe(key), (DEFAULTS as Partial<Values>)[key]);
  }
}

/**
 * Both forms, so that a flag can override the config file; the help shows the one that is not the default.
 */
function addSwitch(
  command: CommandUnknownOpts,
  { name, without }: Spec<unknown>,
  description: string,
  on: unknown,
): void {
  const positive = new Option(`--${name}`, capital(description));
  const negative = new Option(`--no-${name}`, capital(without ?? `do not ${description}`));
  command.addOption(on ? positive.hideHelp() : positive);
  command.addOption(on ? negative : negative.hideHelp());
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function namesWithoutFlag(): string[] {
  return KEYS.map((key): Spec<unknown> => SETTINGS[key])
    .filter(({ flagless }) => flagless).map(({ name }) => name);
}
