import type { Problem } from "../domain/plan.ts";
import type { Origin } from "./sources.ts";
import type { Key, Values } from "./table.ts";

/** What must hold between the values of several settings, or of one in this version. */
type Rule = (
  values: Values,
  originOf: (key: Key) => Origin | undefined,
) => Omit<Problem, "severity"> | undefined;

const agentCommandIsGiven: Rule = (values, originOf) => {
  const agent = originOf("agent");
  if (values.agent !== "command" || agent === undefined || originOf("agentCommand")) {
    return undefined;
  }
  return {
    code: "missing-agent-command",
    ...agent,
    message: "the `command` agent has no command",
    hint: "say which, with --agent-command or agent-command in the config file",
  };
};

const landingIsAvailable: Rule = (values, originOf) => {
  const land = originOf("land");
  if (values.land === undefined || values.land === "none" || land === undefined) return undefined;
  return {
    code: "not-in-this-version",
    ...land,
    message: `landing by "${values.land}" is not in this version`,
    hint: "set it to none: completed work stays on its branch, feature/<task>",
  };
};

const RULES: readonly Rule[] = [
  agentCommandIsGiven,
  landingIsAvailable,
];

/** Every rule that the values break. `originOf` tells where a value was set; a default has none. */
export function checkRules(
  values: Values,
  originOf: (key: Key) => Origin | undefined,
): Problem[] {
  return RULES.flatMap((rule) => {
    const broken = rule(values, originOf);
    return broken ? [{ severity: "error" as const, ...broken }] : [];
  });
}
