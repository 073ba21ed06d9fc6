import { type CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import {
  DEFAULTS,
  descriptionOf,
  KEYS,
  SETTINGS,
  type Spec,
  type Values,
} from "../config/table.ts";

/**
 * Gives a command one option for every setting that has a flag. Their values stay text: hand
 * `command.opts()` to `loadSettings`, which checks them together with variables and config file.
 */
export function addSettingOptions(command: CommandUnknownOpts): void {
  for (const key of KEYS) {
    const spec: Spec<unknown> = SETTINGS[key];
    if (spec.fileOnly) continue;
    const short = spec.short ? `-${spec.short}, ` : "";
    if (spec.kind.placeholder) {
      const flags = `${short}--${spec.name} ${spec.kind.placeholder}`;
      command.addOption(new Option(flags, descriptionOf(key)));
    } else addSwitch(command, spec.name, descriptionOf(key), (DEFAULTS as Partial<Values>)[key]);
  }
}

/** Both ways, so that a flag can override the config file; the help shows what is not the default. */
function addSwitch(
  command: CommandUnknownOpts,
  name: string,
  description: string,
  on: unknown,
): void {
  const positive = new Option(`--${name}`, description);
  const negative = new Option(`--no-${name}`, `do not ${description}`);
  command.addOption(on ? positive.hideHelp() : positive);
  command.addOption(on ? negative : negative.hideHelp());
}
