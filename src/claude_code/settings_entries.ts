import { isRecord } from "../util/json_values.ts";

/** What parex adds to Claude Code's settings. */

/** A hook as settings hold it. */
export interface HookGroup {
  hooks: { type: "command"; command: string; timeout: number }[];
}

/** One addition to the settings. */
export type SettingsEntry =
  | { kind: "rule"; rule: string }
  /** Only where none is set. */
  | { kind: "mode"; mode: string }
  | { kind: "hook"; event: string; group: HookGroup };

/** Seconds. A person waits for it at every prompt. */
const TIMEOUT_S = 10;
const RULES = ["Bash(git add:*)", "Bash(git commit:*)", "Bash(git push:*)", "Bash(parex:*)"];
/** The events that hooks are wanted for. */
export const EVENTS = ["UserPromptSubmit", "SessionStart"];

/** What parex wants in the settings; `hook` is the command line that answers hooks. */
export function settingsEntries(hook: string): SettingsEntry[] {
  const group: HookGroup = { hooks: [{ type: "command", command: hook, timeout: TIMEOUT_S }] };
  return [
    ...RULES.map((rule): SettingsEntry => ({ kind: "rule", rule })),
    { kind: "mode", mode: "acceptEdits" },
    ...EVENTS.map((event): SettingsEntry => ({ kind: "hook", event, group })),
  ];
}

/** A wish in a few words, for people. */
export function entryLine(wish: SettingsEntry): string {
  switch (wish.kind) {
    case "rule":
      return `permissions.allow: ${wish.rule}`;
    case "mode":
      return `permissions.defaultMode: ${wish.mode}`;
    case "hook":
      return `hooks.${wish.event}: ${commandOf(wish.group)}`;
  }
}

/** The objects and lists that contain a wish, the outermost first. */
export function containersOf(wish: SettingsEntry): string[][] {
  switch (wish.kind) {
    case "rule":
      return [["permissions"], ["permissions", "allow"]];
    case "mode":
      return [["permissions"]];
    case "hook":
      return [["hooks"], ["hooks", wish.event]];
  }
}

/** Where a wish is put. */
export function placeOf(wish: SettingsEntry): (string | number)[] {
  const container = containersOf(wish).at(-1) ?? [];
  return [...container, wish.kind === "mode" ? "defaultMode" : -1];
}

/** What is put there. */
export function valueOf(wish: SettingsEntry): unknown {
  switch (wish.kind) {
    case "rule":
      return wish.rule;
    case "mode":
      return wish.mode;
    case "hook":
      return wish.group;
  }
}

export function commandOf({ hooks }: HookGroup): string {
  return hooks[0]?.command ?? "";
}

/** The command lines of a group of hooks, however it was written. */
export function commandsOf(group: unknown): unknown[] {
  if (!isRecord(group) || !Array.isArray(group.hooks)) return [];
  return group.hooks.map((hook) => isRecord(hook) ? hook.command : undefined);
}
