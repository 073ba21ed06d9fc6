import type { Env } from "../exec/env.ts";
import { type HookEvent, readEvent } from "./event.ts";

/** What Claude Code gets: exit code 2 refuses, with stderr as the reason. */
export interface Answer {
  code: 0 | 2;
  stdout: string;
  stderr: string;
}

const SILENCE: Answer = { code: 0, stdout: "", stderr: "" };

/**
 * Answers an event of Claude Code's. It is silent about what does not concern it; inside
 * an agent of parex, what it cannot read it refuses. Each event loads only what it needs.
 */
export async function answer(text: string, env: Env, cwd: string): Promise<Answer> {
  const inAgent = env.PAREX_TASK_ID !== undefined;
  const event = readEvent(text);
  if (event === undefined) {
    return inAgent ? refuse("parex cannot read what this hook was given.") : SILENCE;
  }
  if (event === "other") return SILENCE;
  return inAgent ? await answerAgent(event, env) : await answerUser(event, cwd);
}

/** A refusal that needs no understanding of the event. */
export function refuse(reason: string): Answer {
  return { code: 2, stdout: "", stderr: `${reason}\n` };
}

async function answerAgent(event: HookEvent, env: Env): Promise<Answer> {
  switch (event.name) {
    case "PreToolUse": {
      const { guard } = await import("./guard.ts");
      const decision = guard(event, env);
      if (!decision) return SILENCE;
      return specific(event.name, {
        permissionDecision: decision.allow ? "allow" : "deny",
        permissionDecisionReason: decision.allow ? undefined : decision.reason,
      });
    }
    case "SessionStart": {
      const { recordStart } = await import("./stop.ts");
      await recordStart(env);
      return SILENCE;
    }
    case "Stop": {
      const { reasonToContinue } = await import("./stop.ts");
      const reason = await reasonToContinue(event, env);
      return reason === undefined ? SILENCE : say({ decision: "block", reason });
    }
    case "UserPromptSubmit":
      return SILENCE;
  }
}

async function answerUser(event: HookEvent, cwd: string): Promise<Answer> {
  const words = await wordsOn(event, event.cwd ?? cwd);
  if (words !== undefined) return specific(event.name, { additionalContext: words });
  return SILENCE;
}

async function wordsOn(event: HookEvent, cwd: string): Promise<string | undefined> {
  if (event.name === "SessionStart") {
    const { sessionContext } = await import("./suggest.ts");
    return await sessionContext(cwd);
  }
  if (event.name !== "UserPromptSubmit") return undefined;
  const { requestIn } = await import("./prompt_match.ts");
  const wish = requestIn(event.prompt);
  if (wish === undefined) return undefined;
  const { suggestCommands } = await import("./suggest.ts");
  return await suggestCommands(cwd, wish);
}

function specific(hookEventName: string, output: Record<string, string | undefined>): Answer {
  return say({ hookSpecificOutput: { hookEventName, ...output } });
}

function say(output: unknown): Answer {
  return { ...SILENCE, stdout: `${JSON.stringify(output)}\n` };
}
