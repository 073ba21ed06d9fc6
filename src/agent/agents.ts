import { AGENTS } from "../domain/agents.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import type { Agent } from "./agent.ts";
import { claudeAgent } from "./claude.ts";
import { codexAgent } from "./codex.ts";
import { commandAgent } from "./command.ts";
import { copilotAgent } from "./copilot.ts";
import { geminiAgent } from "./gemini.ts";
import { opencodeAgent } from "./opencode.ts";

/** The agent of that name. */
export function makeAgent(name: string, settings: { agentCommand?: string }): Result<Agent> {
  const command = settings.agentCommand?.trim() ?? "";
  switch (name) {
    case "claude":
      return ok(claudeAgent());
    case "codex":
      return ok(codexAgent());
    case "gemini":
      return ok(geminiAgent());
    case "copilot":
      return ok(copilotAgent());
    case "opencode":
      return ok(opencodeAgent());
    case "command":
      if (command !== "") return ok(commandAgent(command));
      return fail({
        reason: "usage",
        message: "The agent `command` needs the command that it runs.",
        hint: "Give it with --agent-command, PAREX_AGENT_COMMAND or `agent_command` in the config.",
      });
    default:
      return fail({
        reason: "usage",
        message: `There is no agent \`${name}\`.`,
        hint: `Use one of ${AGENTS.join(", ")}; \`command\` runs any program.`,
      });
  }
}
