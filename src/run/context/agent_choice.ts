import type { Agent } from "../../agent/agent.ts";
import { makeAgent } from "../../agent/agents.ts";
import { isAgentName, USUAL_MODELS } from "../../domain/agents.ts";
import { valueOf } from "../../domain/failed.ts";
import { childEnv } from "../../exec/env.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Task } from "../../domain/task.ts";
import type { Limit } from "./rate_limits.ts";
import type { AgentsByName, Scope } from "./run_context.ts";

/** The run's own agent, the agents that tasks name, and the fallbacks for when one is out of quota. */
export async function makeAgents(
  own: Agent,
  tasks: readonly Task[],
  settings: Settings,
): Promise<AgentsByName> {
  const agents: AgentsByName = new Map([[own.name, own]]);
  // Without work left, no agent has to be installed.
  if (tasks.length === 0) return agents;
  const others = [...settings.agents, ...tasks.flatMap(({ agent }) => agent ?? [])];
  for (const name of others) {
    if (agents.has(name)) continue;
    const agent = valueOf(makeAgent(name, settings));
    agents.set(name, agent);
  }
  for (const agent of agents.values()) {
    valueOf(await agent.available({ ...childEnv(), ...settings.env }));
  }
  return agents;
}

/** The agent of a task's next attempt; `limit`: all are out of quota until then. */
export interface Turn {
  agent: Agent;
  /** Absent: the agent's own default. */
  model?: string | undefined;
  limit?: Limit | undefined;
}

/** The task's agent, or while that is out of quota the first that is not. */
export function turnOf({ agent, agents, settings, rateLimits }: Scope, task: Task): Turn {
  const own = task.agent ?? agent.name;
  const names = [own, ...settings.agents.filter((name) => name !== own)];
  const limits = names.map((name) => ({ name, limit: rateLimits.limitOf(name) }));
  const soonest = limits.toSorted((a, b) => (a.limit?.until ?? 0) - (b.limit?.until ?? 0))[0];
  const name = soonest?.name ?? own;
  const chosen = agents.get(name);
  if (!chosen) throw new Error(`no agent ${name} in this run`);
  const model = name === own && task.model !== undefined
    ? task.model
    : name === agent.name
    ? settings.model
    : isAgentName(name)
    ? USUAL_MODELS[name]
    : undefined;
  return {
    agent: chosen,
    model,
    limit: soonest?.limit,
  };
}
