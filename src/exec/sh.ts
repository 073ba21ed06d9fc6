import { spawn, type SpawnOptions } from "node:child_process";
import { commandEnv, type CommandOptions, type CommandResult, NOT_STARTED } from "./command.ts";
import { endTree } from "./kill.ts";
import { shellWord } from "./quote.ts";
import { Supervision } from "./supervise.ts";
import { makeTempFolder } from "./temp.ts";

export interface ShOptions extends CommandOptions {
  /**
   * It comes to its end even if parex is killed: with pipes that nobody reads any more, what it
   * prints would kill it in the middle of its work.
   */
  outlives?: boolean;
}

/**
 * Runs a command as a zx script, to its end, and returns whatever its exit code was. Words are quoted; the
 * caller puts `--` before names that a plan brought.
 */
export async function sh(argv: readonly string[], options: ShOptions): Promise<CommandResult> {
  if (options.signal?.aborted) return NOT_STARTED;
  // Loading it takes as long as 20 git commands, and most of parex's commands need no shell.
  const { $ } = await import("zx");
  await using files = options.outlives ? await outputFiles() : undefined;
  const run = $({
    cwd: options.cwd,
    env: commandEnv(options),
    quiet: true,
    nothrow: true,
    detached: true,
    verbose: false,
    // One command needs none of the shell's settings for scripts.
    prefix: "",
    // zx's own is for bash; where there is none, it takes the system's shell, and no quotes for it.
    quote: shellWord,
    spawn: spawnFed,
    // zx takes an empty input for none, and would leave the pipe open.
    ...(options.input ? { input: options.input } : { stdio: ["ignore", "pipe", "pipe"] as const }),
  });
  const words = [...argv];
  const command = files ? run`exec >${files.stdout} 2>${files.stderr}; ${words}` : run`${words}`;
  using supervision = new Supervision(options, async (graceMs) => {
    // zx starts the command on the next turn of the event loop, or never if the folder is gone.
    if (command.pid !== undefined) await endTree({ pgid: command.pid }, graceMs);
  });
  const output = await command;
  // Children of the command may outlive it.
  await supervision.ending;
  const printed = await files?.read();
  return {
    code: output.exitCode ?? 128,
    stdout: printed?.stdout ?? output.stdout,
    // The shell's own words, if it could not even begin.
    stderr: (printed?.stderr ?? "") + output.stderr,
    timedOut: supervision.timedOut,
  };
}

/** A command that ends before it has read its input says by its exit code what that means. */
const spawnFed = ((file: string, args: readonly string[], options: SpawnOptions) => {
  const child = spawn(file, args, options);
  // EPIPE, which nobody else listens for: it would end parex.
  child.stdin?.on("error", () => {});
  return child;
}) as typeof spawn;

/** Files instead of pipes; undefined if the disk has no room for them. */
async function outputFiles() {
  const made = await makeOutputFiles().catch(() => undefined);
  if (made === undefined) return undefined;
  const { folder, stdout, stderr } = made;
  return {
    stdout,
    stderr,
    read: async () => ({
      stdout: await Deno.readTextFile(stdout),
      stderr: await Deno.readTextFile(stderr),
    }),
    [Symbol.asyncDispose]: async () => {
      // What cleans up old temporary files may have been there before.
      for (const path of [stdout, stderr, folder]) await Deno.remove(path).catch(() => {});
    },
  };
}

async function makeOutputFiles() {
  const folder = await makeTempFolder("parex-");
  const files = { folder, stdout: `${folder}/stdout`, stderr: `${folder}/stderr` };
  for (const file of [files.stdout, files.stderr]) await Deno.writeTextFile(file, "");
  return files;
}
