import { isAbsolute } from "./shell/paths.ts";
import { isRecord } from "../util/json_values.ts";

interface Events {
  UserPromptSubmit: { prompt: string };
  SessionStart: { source: string };
  PreToolUse: { tool: string; input: Record<string, unknown> };
  Stop: {
    /** The agent continues because a hook sent it back before. */
    sentBack: boolean;
    lastMessage: string;
    /** What still runs in the background, in words. */
    background: string[];
  };
}

/** An event of Claude Code that parex answers. */
export type HookEvent<Name extends keyof Events = keyof Events> = {
  [Each in Name]: { name: Each; cwd: string | undefined } & Events[Each];
}[Name];

/** Reads what Claude Code writes to a hook; undefined if it is not one of these events. */
export function readEvent(text: string): HookEvent | "other" | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // not from Claude Code
  }
  if (!isRecord(value) || typeof value.hook_event_name !== "string") return undefined;
  const cwd = typeof value.cwd === "string" && isAbsolute(value.cwd) ? value.cwd : undefined;
  switch (value.hook_event_name) {
    case "UserPromptSubmit":
      return { name: "UserPromptSubmit", cwd, prompt: textIn(value.prompt) };
    case "SessionStart":
      return { name: "SessionStart", cwd, source: textIn(value.source) };
    case "PreToolUse":
      return {
        name: "PreToolUse",
        cwd,
        tool: textIn(value.tool_name),
        input: isRecord(value.tool_input) ? value.tool_input : {},
      };
    case "Stop":
      return {
        name: "Stop",
        cwd,
        sentBack: value.stop_hook_active === true,
        lastMessage: textIn(value.last_assistant_message),
        background: backgroundTasks(value.background_tasks),
      };
    default:
      return "other";
  }
}

function backgroundTasks(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.map((task) =>
    isRecord(task) ? textIn(task.command) || textIn(task.description) || textIn(task.id) : ""
  ).map((words) => words || "a command");
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}
