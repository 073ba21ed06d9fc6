import type { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";

/** What the module of a command exports. */
export interface CommandModule {
  // deno-lint-ignore no-explicit-any -- a command's own arguments and options, which only it reads
  command(context: Context): Command<any, any, any>;
}

/** In the order of the help. */
export const GROUPS = ["Plan", "Run", "Look", "Steer", "Land", "Set up"] as const;
export type Group = typeof GROUPS[number];

/** A command as the program's help lists it. Its module is loaded only when needed. */
export interface CommandEntry {
  name: string;
  /** Its arguments, as the help shows them. */
  usage: string;
  summary: string;
  group: Group;
  hidden?: true;
  load: () => Promise<CommandModule>;
}
