import { VERSION } from "../domain/names.ts";
import type { CommandEntry } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import type { Io } from "./context.ts";
import { programHelp } from "./help.ts";

const HELP = new Set(["--help", "-h", "help"]);
const VERSIONS = new Set(["--version", "-V", "-v"]);

/**
 * Runs the command named by the arguments and returns the exit code. A throw is a bug in parex. Help, version
 * and hook answer before any package, or module that needs one, is loaded.
 */
export async function runCli(
  args: readonly string[],
  io: Io,
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || (HELP.has(first) && (rest[0] === undefined || HELP.has(rest[0])))) {
    io.out(programHelp(commands, io.columns));
    return 0;
  }
  if (VERSIONS.has(first)) {
    io.out(`parex ${VERSION}\n`);
    return 0;
  }
  if (first === "hook" && rest.length === 0) {
    // Claude Code waits for it at every step of an agent.
    const { answerHook } = await import("./answer_hook.ts");
    return await answerHook(io);
  }
  // `parex help execute` is `parex execute --help`.
  const [name, words] = HELP.has(first) ? [rest[0] ?? "", ["--help"]] : [first, rest];
  const { runNamed } = await import("./run_command.ts");
  return await runNamed(name, words, io, commands);
}
