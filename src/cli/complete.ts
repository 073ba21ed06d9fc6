import { RootCommand } from "@bomb.sh/tab";
import { Command } from "@commander-js/extra-typings";
import { resultOf } from "../domain/failed.ts";
import type { CommandEntry, CommandModule } from "./command.ts";
import type { Context } from "./context.ts";

type TabCommand = ReturnType<RootCommand["command"]>;

/** `parex complete -- <words>`: called by the scripts of `parex completions` at every TAB. */
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
    // Only the command on the line is loaded, to answer fast.
    if (entry.name !== words[0]) continue;
    const { command } = await entry.load();
    const word = words.at(-1) ?? "";
    const typed = /^--[^=]*=(.*)$/s.exec(word)?.[1] ?? word;
    describe(described, command(context), await offersFor(typed, context.io.cwd));
  }
  root.parse(words);
}

function describe(
  described: TabCommand,
  command: ReturnType<CommandModule["command"]>,
  offers: Offers,
): void {
  for (const option of command.options) {
    if (option.hidden || !option.long) continue;
    const name = option.long.replace(/^--/, "");
    const short = option.short?.replace(/^-/, "");
    const choices = option.argChoices ?? offers[nameIn(option.flags)] ?? [];
    if (option.required || option.optional) {
      described.option(name, option.description, offer(choices), short);
    } else if (short) described.option(name, option.description, short);
    else described.option(name, option.description);
  }
  const subcommands = command.commands.map((sub) => sub.name());
  if (subcommands.length > 0) {
    described.argument("subcommand", offer([...subcommands, ...offers.ref ?? []]), true);
  }
  for (const argument of command.registeredArguments) {
    const choices = argument.argChoices ?? offers[argument.name()] ?? [];
    described.argument(argument.name(), offer(choices), argument.variadic);
  }
}

function offer(choices: readonly string[]) {
  return (add: (value: string, description: string) => void) =>
    choices.forEach((choice) => add(choice, ""));
}

/** Values by the name of their argument in the help. */
type Offers = Readonly<Record<string, readonly string[]>>;

/** `<file>` in `--html <file>`. */
function nameIn(flags: string): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? "";
}

async function offersFor(word: string, cwd: string): Promise<Offers> {
  const { tasks, runs, refs, branches } = await inRepository(cwd);
  const paths = pathsAt(cwd, word);
  const folders = paths.filter((path) => path.endsWith("/"));
  return {
    task: tasks,
    "task|ref": [...tasks, ...branches],
    "name=value": ["jobs=", "budget="],
    id: word.startsWith("2") || tasks.length === 0 ? [...runs, ...tasks] : [...tasks, ...runs],
    run: runs,
    ref: refs,
    plan: paths.filter((path) => path.endsWith("/") || /\.ya?ml$/i.test(path)),
    path: paths,
    transcript: paths,
    file: paths,
    dir: folders,
    folder: folders,
  };
}

/** What can be named in a repository; nothing outside of one. */
async function inRepository(cwd: string) {
  const found = await resultOf(async () => {
    const [
      { repositoryAt },
      { currentPlan },
      { listRuns },
      { listRescues },
    ] = await Promise.all([
      import("./repository.ts"),
      import("./runs.ts"),
      import("../journal/store.ts"),
      import("../git/rescue/list.ts"),
    ]);
    const repo = await repositoryAt(cwd);
    const plan = await resultOf(() => currentPlan(repo, cwd));
    const refs = await resultOf(() => listRescues(repo));
    const branches = await resultOf(() => repo.refs.heads());
    return {
      tasks: plan.ok ? plan.value.plan.tasks.map(({ id }) => id) : [],
      runs: (await listRuns(repo.commonDir)).reverse(),
      refs: refs.ok ? refs.value.map(({ ref }) => ref) : [],
      branches: branches.ok ? [...branches.value.keys()] : [],
    };
  });
  return found.ok ? found.value : { tasks: [], runs: [], refs: [], branches: [] };
}

/** The contents of the folder at the cursor, folders with a slash. */
function pathsAt(cwd: string, word: string): string[] {
  const folder = word.slice(0, word.lastIndexOf("/") + 1);
  const path = folder.startsWith("/") ? folder : `${cwd}/${folder}`;
  try {
    return [...Deno.readDirSync(path)]
      .filter(({ name }) => !name.startsWith(".") || word.slice(folder.length).startsWith("."))
      .map(({ name, isDirectory }) => `${folder}${name}${isDirectory ? "/" : ""}`)
      .sort();
  } catch {
    return []; // the word names no folder yet
  }
}
