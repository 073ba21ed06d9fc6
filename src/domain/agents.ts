/** The programs that can do the work of tasks; `command` stands for any other one. */
export const AGENTS = ["claude", "codex", "gemini", "copilot", "opencode", "command"] as const;
export type AgentName = typeof AGENTS[number];

export function isAgentName(word: string): word is AgentName {
  return AGENTS.some((name) => name === word);
}

/** The model of an agent that is not told one; absent: the agent's own default. */
export const USUAL_MODELS: { readonly [K in AgentName]?: string } = { claude: "haiku" };
