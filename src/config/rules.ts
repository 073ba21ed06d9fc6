import type { Problem } from "../domain/plan.ts";
import type { Origin } from "./sources.ts";
import type { Key, Values } from "./table.ts";

/** Rules between the values of several settings. */
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

const RULES: readonly Rule[] = [agentCommandIsGiven];

/**
 * Every rule that the values break. `originOf` returns where a value was set; a default has no
 * origin.
 */
export function checkRules(
  values: Values,
  originOf: (key: Key) => Origin | undefined,
): Problem[] {
  return RULES.flatMap((rule) => {
    const broken = rule(values, originOf);
    return broken ? [{ severity: "error" as const, ...broken }] : [];
  });
}
