import { Argument, Command } from "@commander-js/extra-typings";
import { SCRIPTS, SHELLS } from "./completion_scripts.ts";
import type { Context } from "./context.ts";

const INSTALL = `
In the shell's own start file, or typed for one shell alone:
  bash        source <(parex completions bash)
  zsh         source <(parex completions zsh)
  fish        parex completions fish | source
  powershell  parex completions powershell | Out-String | Invoke-Expression`;

/** `parex completions <shell>`: prints the script that calls `parex complete` at every TAB. */
export function command({ io }: Context) {
  return new Command("completions")
    .description("Print the shell completion script")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText("after", INSTALL)
    .action((shell) => io.out(SCRIPTS[shell]));
}
