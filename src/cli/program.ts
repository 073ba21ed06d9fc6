import type { Failure } from "../domain/failure.ts";
import { exitCodeOf } from "../domain/failure.ts";
import { VERSION } from "../domain/names.ts";
import { closest } from "../domain/suggest.ts";
import { formatFailure } from "../report/messages.ts";
import { type CommandEntry, COMMANDS } from "./commands.ts";
import type { Context, Io } from "./context.ts";
import { programHelp } from "./help.ts";

const HELP = new Set(["--help", "-h", "help"]);
const VERSIONS = new Set(["--version", "-V"]);

/**
 * Runs the command that the arguments name and returns the exit code. A throw is a bug in parex.
 * Help and version answer before any command, or the library that parses its options, is loaded.
 */
export async function runProgram(
  args: readonly string[],
  io: Io,
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || (HELP.has(first) && (rest[0] === undefined || HELP.has(rest[0])))) {
    io.out(programHelp(commands));
    return 0;
  }
  if (VERSIONS.has(first)) {
    io.out(`parex ${VERSION}\n`);
    return 0;
  }
  // `parex help execute` is `parex execute --help`.
  const [name, words] = HELP.has(first) ? [rest[0] ?? "", ["--help"]] : [first, rest];
  const { context, exitCode } = contextFor(io);
  const entry = commands.find((command) => command.name === name);
  if (entry) {
    const { runCommand } = await import("./run_command.ts");
    await runCommand(await entry.load(), words, context);
  } else {
    context.fail(unknownCommand(name, commands));
    io.err("usage: parex <command> [options]\n");
  }
  return exitCode();
}

function contextFor(io: Io): { context: Context; exitCode: () => number } {
  let code = 0;
  const context: Context = {
    io,
    exit: (wanted) => {
      code = wanted;
    },
    fail: (failure) => {
      io.err(formatFailure(failure, { color: io.colorErr }));
      code = exitCodeOf(failure);
    },
  };
  return { context, exitCode: () => code };
}

function unknownCommand(word: string, commands: readonly CommandEntry[]): Failure {
  if (word.startsWith("-")) {
    return {
      reason: "usage",
      message: `unknown option '${word}'`,
      hint: "options come after the command: parex execute --jobs 8",
    };
  }
  const visible = commands.filter((command) => !command.hidden).map((command) => command.name);
  const near = /\.ya?ml$/i.test(word) ? `execute ${word}` : closest(word, visible);
  return {
    reason: "usage",
    message: `unknown command '${word}'`,
    hint: near === undefined ? "parex --help" : `did you mean \`parex ${near}\`?`,
  };
}
