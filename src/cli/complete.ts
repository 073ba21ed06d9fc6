import { RootCommand } from "@bomb.sh/tab";
import { Command } from "@commander-js/extra-typings";
import type { CommandEntry, CommandModule } from "./command.ts";
import type { Context } from "./context.ts";

type TabCommand = ReturnType<RootCommand["command"]>;

/** `parex complete -- <words>`: what the scripts of `parex completions` ask at every TAB. */
export function completeCommand(context: Context, commands: readonly CommandEntry[]) {
  return new Command("complete")
    .description("Answer a shell's question for completions")
    .argument(
      "[words...]",
      "The command line after `parex`; the last word is the one at the cursor",
    )
    .action((words) => complete(words, context, commands));
}

async function complete(
  words: string[],
  context: Context,
  commands: readonly CommandEntry[],
): Promise<void> {
  const root = new RootCommand();
  for (const entry of commands) {
    if (entry.hidden) continue;
    const described = root.command(entry.name, entry.summary);
    // Only the command on the line is worth its loading time.
    if (entry.name !== words[0]) continue;
    const { command } = await entry.load();
    describe(described, command(context), words.at(-1) ?? "", context.io.cwd);
  }
  root.parse(words);
}

function describe(
  described: TabCommand,
  command: ReturnType<CommandModule["command"]>,
  word: string,
  cwd: string,
): void {
  for (const option of command.options) {
    if (option.hidden || !option.long) continue;
    const name = option.long.replace(/^--/, "");
    const short = option.short?.replace(/^-/, "");
    const choices = option.argChoices ?? [];
    if (option.required || option.optional) {
      described.option(name, option.description, offer(choices), short);
    } else if (short) described.option(name, option.description, short);
    else described.option(name, option.description);
  }
  for (const argument of command.registeredArguments) {
    const choices = argument.argChoices ??
      (argument.name() === "plan" ? planFiles(cwd, word) : []);
    described.argument(argument.name(), offer(choices), argument.variadic);
  }
}

function offer(choices: readonly string[]) {
  return (add: (value: string, description: string) => void) =>
    choices.forEach((choice) => add(choice, ""));
}

/** The YAML files in the folder of the word at the cursor: the scripts turn the shell's own off. */
function planFiles(cwd: string, word: string): string[] {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  const path = folder.startsWith("/") ? folder : `${cwd}/${folder}`;
  try {
    return [...Deno.readDirSync(path)]
      .filter((entry) => entry.isFile && /\.ya?ml$/i.test(entry.name))
      .map((entry) => folder + entry.name)
      .sort();
  } catch {
    return []; // the word names no folder yet
  }
}
