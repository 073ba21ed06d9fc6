import { type AgentName, AGENTS } from "../domain/agents.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Agent } from "./agent.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import { commandAgent } from "./command.ts";
import { copilot } from "./copilot.ts";
import { gemini } from "./gemini.ts";
import { opencode } from "./opencode.ts";
import { pi } from "./pi.ts";
import { agentOf, type AgentProgram } from "./program.ts";

/** Every agent that parex knows, but for the command of a user's own. */
export const PROGRAMS: { readonly [K in Exclude<AgentName, "command">]: AgentProgram } = {
  claude,
  codex,
  gemini,
  copilot,
  opencode,
  pi,
};

/** What is known of the agent's program; undefined for a command of the user's own. */
export function programOf(name: string): AgentProgram | undefined {
  return Object.values(PROGRAMS).find((program) => program.name === name);
}

/** What a person types to continue a conversation; undefined for a command of the user's own. */
export function takeOverCommand(agent: string, session: string): string[] | undefined {
  const program = programOf(agent);
  return program && [program.name, ...program.takeOver(session)];
}

/** The agent of that name. */
export function makeAgent(
  name: string,
  settings: { agentCommand?: string | undefined },
): Result<Agent> {
  const program = programOf(name);
  if (program) return ok(agentOf(program));
  if (name !== "command") {
    return fail({
      reason: "usage",
      message: `There is no agent \`${name}\`.`,
      hint: `Use one of ${AGENTS.join(", ")}; \`command\` runs any program.`,
    });
  }
  const command = settings.agentCommand?.trim() ?? "";
  if (command !== "") return ok(commandAgent(command));
  return fail({
    reason: "usage",
    message: "The agent `command` needs the command that it runs.",
    hint: "Give it with --agent-command, PAREX_AGENT_COMMAND or `agent_command` in the config.",
  });
}
