import { Command } from "@commander-js/extra-typings";
import { answerHook } from "./answer_hook.ts";
import type { Context } from "./context.ts";

/** `parex hook`. Without arguments, program.ts answers instead. */
export function command({ io, exit }: Context) {
  return new Command("hook")
    .description(
      "Answer a hook of Claude Code: the event as JSON on stdin, the decision as JSON on stdout",
    )
    .action(async () => exit(await answerHook(io)));
}
