import type { Env } from "../exec/env.ts";
import { bordersFrom, refusal, zoneOf } from "./shell/zones.ts";
import type { HookEvent } from "./event.ts";
import { findRepository } from "./repository.ts";
import { reviewCommandLine } from "./shell/review.ts";

/** What becomes of a tool call; undefined: Claude Code's own rules decide. */
export type Decision = { allow: true } | { allow: false; reason: string } | undefined;

const READING = new Set(["Read", "Glob", "Grep", "LS", "NotebookRead", "TodoWrite"]);
const EDITING = new Set(["Edit", "Write", "MultiEdit", "NotebookEdit"]);

/** Decides on a tool call of an agent that parex has started. */
export function guard(event: HookEvent<"PreToolUse">, env: Env): Decision {
  const borders = bordersFrom(env, findRepository(env.PAREX_WORKTREE ?? "/")?.commonDir);
  if (!borders) {
    return deny("PAREX_WORKTREE does not name this task's worktree, so nothing can be allowed.");
  }
  if (event.tool === "") return deny("This call names no tool.");
  if (READING.has(event.tool)) return { allow: true };
  const cwd = event.cwd ?? borders.worktree;
  if (event.tool === "Bash") {
    const { command } = event.input;
    if (typeof command !== "string") return deny("This call has no command.");
    const reason = reviewCommandLine(command, { borders, cwd, env });
    return reason === undefined ? { allow: true } : deny(reason);
  }
  if (!EDITING.has(event.tool)) return undefined;
  const path = event.input.file_path ?? event.input.notebook_path;
  if (typeof path !== "string") return deny("This call has no path.");
  const full = path.replace(/^~(?=\/|$)/, env.HOME ?? "~");
  const reason = refusal(borders, zoneOf(borders, full, cwd), full, cwd);
  return reason === undefined ? { allow: true } : deny(reason);
}

function deny(reason: string): Decision {
  return { allow: false, reason };
}
