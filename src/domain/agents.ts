/** The programs that can do the work of tasks; `command` is any other one. */
export const AGENTS = [
  "claude",
  "codex",
  "gemini",
  "copilot",
  "opencode",
  "pi",
  "command",
] as const;
export type AgentName = typeof AGENTS[number];

export function isAgentName(word: string): word is AgentName {
  return AGENTS.some((name) => name === word);
}

/** The default model of an agent; absent: the agent's own default. */
export const USUAL_MODELS: { readonly [K in AgentName]?: string } = { claude: "haiku" };
