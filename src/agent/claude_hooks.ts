import { selfCommand } from "../exec/self.ts";

/** Seconds. If a hook takes longer, Claude Code continues as if it had not answered. */
const TIMEOUT_S = 60;
/** Tools that can change something; the others need no process of their own to be allowed. */
const CHANGING_TOOLS = "Bash|Edit|Write|MultiEdit|NotebookEdit";

/**
 * Settings that make Claude Code ask parex at every change, and when the agent wants to end. They
 * are the same for all tasks, as the shared prompt cache needs; the hook knows its task by the
 * environment.
 */
export function hookSettings(): string {
  const hooks = [{
    type: "command",
    command: selfCommand("hook"),
    timeout: TIMEOUT_S,
    // A guard that cannot start must not let everything through. Older versions ignore the key.
    onFailure: "block",
  }];
  return JSON.stringify({
    // Any other settings may switch hooks off; those on the command line decide.
    disableAllHooks: false,
    hooks: {
      SessionStart: [{ hooks }],
      PreToolUse: [{ matcher: CHANGING_TOOLS, hooks }],
      Stop: [{ hooks }],
    },
  });
}
