import type { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";

/** What the module of a command exports. */
export interface CommandModule {
  // deno-lint-ignore no-explicit-any -- a command's own arguments and options, which only it reads
  command(context: Context): Command<any, any, any>;
}

/** A command as the program's help lists it. Its module is loaded when it is chosen. */
export interface CommandEntry {
  name: string;
  /** Its arguments, as the help shows them. */
  usage: string;
  summary: string;
  group: "Plans" | "Runs" | "Other";
  hidden?: true;
  load: () => Promise<CommandModule>;
}
