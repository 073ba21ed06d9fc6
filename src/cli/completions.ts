import { script } from "@bomb.sh/tab";
import { Argument, Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

const INSTALL = `
Install it for good:
  bash        parex completions bash > ~/.local/share/bash-completion/completions/parex
  zsh         parex completions zsh > "\${fpath[1]}/_parex"
  fish        parex completions fish > ~/.config/fish/completions/parex.fish
  powershell  parex completions powershell >> $PROFILE
Or for this shell alone:
  source <(parex completions bash)`;

/** `parex completions <shell>`: the script that asks `parex complete` at every press of TAB. */
export function command(_context: Context) {
  return new Command("completions")
    .description("print the script that completes parex's commands and flags in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText("after", INSTALL)
    // The library prints the script itself.
    .action((shell) => script(shell, "parex", "parex"));
}
