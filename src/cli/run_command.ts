import { Command, CommanderError } from "@commander-js/extra-typings";
import { resultOf } from "../domain/failed.ts";
import { exitCodeOf, type Failure } from "../domain/failure.ts";
import { closest } from "../domain/suggest.ts";
import { processEnv } from "../exec/env.ts";
import { failureJson, formatFailure } from "../report/messages/explain.ts";
import type { CommandEntry, CommandModule } from "./command.ts";
import type { Io } from "./context.ts";

/** The program's own options; all others belong to a command. */
const OWN_OPTIONS = ["--help", "--version"];

/** Words that people know from other tools, and what they mean here. */
const MEANT: Readonly<Record<string, string>> = {
  run: "execute",
  start: "execute",
  list: "runs",
  ls: "runs",
  ps: "status",
  log: "logs",
  tail: "logs",
  cat: "show",
  kill: "stop",
  cancel: "stop",
  continue: "resume",
  clean: "cleanup",
  rerun: "retry",
};

type AnyCommand = ReturnType<CommandModule["command"]>;

/** Runs the command with this name and these words, and returns the exit code. */
export async function runNamed(
  name: string,
  words: readonly string[],
  io: Io,
  commands: readonly CommandEntry[],
): Promise<number> {
  // Packages ask for the current folder while they are loaded.
  const here = await resultOf(() => io.cwd);
  if (!here.ok) return report(here.failure, words, io);
  const entry = commands.find((command) => command.name === name);
  if (entry) return await runCommand(await entry.load(), name, words, io);
  const code = report(unknownCommand(name, commands), words, io);
  io.err("usage: parex <command> [options]\n");
  return code;
}

/**
 * Whether to print a failure as JSON, too, because of the flag or its variable. Decided from the words alone,
 * since the command line itself may be wrong.
 */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  const options = end < 0 ? words : words.slice(0, end);
  const variable = processEnv().PAREX_JSON?.trim().toLowerCase() ?? "";
  return options.includes("--json") || ["1", "true", "yes", "on"].includes(variable);
}

/** Prints an expected failure on stderr, with `--json` also on stdout, and returns its exit code. */
function report(failure: Failure, words: readonly string[], io: Io): number {
  if (wantsJson(words)) io.out(failureJson(failure));
  io.err(formatFailure(failure, { color: io.colorErr, ...widthOf(io) }));
  return exitCodeOf(failure);
}

/** Only a terminal has a width: in a pipe, lines must stay whole for searches. */
function widthOf({ stderrIsTerminal, columns }: Io): { columns?: number } {
  return stderrIsTerminal ? { columns } : {};
}

function unknownCommand(word: string, commands: readonly CommandEntry[]): Failure {
  if (word.startsWith("-")) {
    const near = closest(word, OWN_OPTIONS);
    return {
      reason: "usage",
      message: `unknown option '${word}'`,
      hint: near === undefined
        ? "options come after the command: parex execute --jobs 8"
        : `did you mean \`parex ${near}\`?`,
    };
  }
  const visible = commands.filter((command) => !command.hidden).map((command) => command.name);
  const names = [...visible, ...OWN_OPTIONS];
  const meant = visible.find((name) => name === MEANT[word]);
  const near = /\.ya?ml$/i.test(word) ? `execute ${word}` : meant ?? closest(word, names);
  return {
    reason: "usage",
    message: `unknown command '${word}'` +
      (near === undefined ? `; the commands are ${visible.join(", ")}` : ""),
    hint: near === undefined ? "parex --help" : `did you mean \`parex ${near}\`?`,
  };
}

/**
 * Lets commander parse the words of one command and run its action; returns the exit code. Reports the
 * failure that ends the action, and usage errors.
 */
async function runCommand(
  module: CommandModule,
  name: string,
  words: readonly string[],
  io: Io,
): Promise<number> {
  let code = 0;
  const args = [name, ...words];
  const command = module.command({ io, args, exit: (wanted) => void (code = wanted) });
  adapt(command, io);
  const program = new Command("parex").helpCommand(false).addCommand(command);
  adapt(program, io);
  try {
    const done = await resultOf(() => program.parseAsync(args, { from: "user" }));
    return done.ok ? code : report(done.failure, words, io);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0; // help was asked for and printed
    const { message, near } = wording(error.message);
    const more = `parex help ${command.name()}`;
    const hint = near === undefined ? more : `did you mean ${near}? See: ${more}`;
    code = report({ reason: "usage", message, hint }, words, io);
    io.err(`usage: parex ${command.name()} ${command.usage()}\n`);
    return code;
  }
}

/** Keeps commander from exiting and printing errors: parex does both in one place, in the same words. */
function adapt(command: AnyCommand, io: Io): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(io.columns, 100),
      getOutHasColors: () => io.colorOut,
    })
    .helpOption("-h, --help", "Show this help");
  for (const sub of command.commands) adapt(sub, io);
}

/** commander puts an error and its suggestion into one text: `error: … (Did you mean …?)`. */
function wording(message: string): { message: string; near?: string } {
  const [first = "", ...more] = message.replace(/^error: /, "").split("\n");
  const said = first.replace(
    /^command-argument value '(.*)' is invalid for argument '(.*)'\. Allowed choices are (.*)\.$/,
    '"$1" is not valid for <$2>; expected $3',
  );
  const near = /^\(Did you mean (.*)\?\)$/.exec(more.join(" "))?.[1];
  return near === undefined ? { message: said } : { message: said, near };
}
