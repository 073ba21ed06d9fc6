import { spawn, type SpawnOptions } from "node:child_process";
import { $ } from "zx";
import { type Env, toolEnv } from "./env.ts";
import { endTree, GRACE_MS } from "./kill.ts";
import type { Marks } from "./processes.ts";
import { shellWord } from "./quote.ts";
import { onShutdown } from "./shutdown.ts";
import { makeTempFolder } from "./temp.ts";

export interface ShOptions {
  cwd: string;
  env?: Env;
  /** Text for stdin; without it stdin is closed. */
  input?: string | undefined;
  /** Milliseconds after which the command and its children are ended. */
  timeoutMs?: number | undefined;
  /** Ends the command and its children before they are done. */
  signal?: AbortSignal | undefined;
  /**
   * It comes to its end even if parex is killed: with pipes that nobody reads any more, what it
   * prints would kill it in the middle of its work.
   */
  outlives?: boolean;
}

export interface ShResult {
  /** 128 + n for a signal, 127 for a command that does not exist. */
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Bound on a command that touches no network, git's hooks and filters included. */
const LOCAL_TIMEOUT_MS = 10 * 60_000;
const MIN_GRACE_MS = 1_000;

let marks: Marks = {};

/**
 * Every command from now on carries these marks: a later process finds what a dead one has left.
 */
export function markCommands(variables: Marks): void {
  marks = variables;
}

/**
 * Runs a short command of parex's own (git, gh) to its end and returns whatever its exit code was.
 * Words are quoted; the caller puts `--` before names that a plan brought.
 */
export function sh(argv: readonly string[], options: ShOptions): Promise<ShResult> {
  return shInTurn([argv], options);
}

/**
 * Runs commands in turn until one fails, as one: to start a process takes this one longer, the
 * larger it is, and it can do nothing else meanwhile.
 */
export async function shInTurn(
  commands: readonly (readonly string[])[],
  options: ShOptions,
): Promise<ShResult> {
  if (options.signal?.aborted) return { code: 130, stdout: "", stderr: "", timedOut: false };
  await using files = options.outlives ? await outputFiles() : undefined;
  const run = $({
    cwd: options.cwd,
    env: { ...options.env ?? toolEnv(), ...marks },
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
  const words = commands.map((argv) => [...argv]);
  const and = Array<string>(commands.length - 1).fill(" && ");
  const command = files
    ? run(template("exec >", " 2>", "; ", ...and, ""), files.stdout, files.stderr, ...words)
    : run(template("", ...and, ""), ...words);
  const end = async (graceMs: number) => {
    // zx starts the command on the next turn of the event loop, or never if the folder is gone.
    if (command.pid !== undefined) await endTree({ pgid: command.pid }, graceMs);
  };
  let ending: Promise<void> | undefined;
  const timer = setTimeout(() => {
    ending = end(GRACE_MS);
  }, options.timeoutMs ?? LOCAL_TIMEOUT_MS);
  const abort = () => {
    ending ??= end(MIN_GRACE_MS);
  };
  options.signal?.addEventListener("abort", abort, { once: true });
  // git takes its locks away when it is asked to end, so it is never just killed.
  const forget = onShutdown((graceMs) => end(Math.max(graceMs, MIN_GRACE_MS)));
  try {
    const output = await command;
    // Children of the command may outlive it.
    await ending;
    const printed = await files?.read();
    return {
      code: output.exitCode ?? 128,
      stdout: printed?.stdout ?? output.stdout,
      // The shell's own words, if it could not even begin.
      stderr: (printed?.stderr ?? "") + output.stderr,
      timedOut: ending !== undefined && !options.signal?.aborted,
    };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", abort);
    forget();
  }
}

/** A command that ends before it has read its input says by its exit code what that means. */
const spawnFed = ((file: string, args: readonly string[], options: SpawnOptions) => {
  const child = spawn(file, args, options);
  // EPIPE, which nobody else listens for: it would end parex.
  child.stdin?.on("error", () => {});
  return child;
}) as typeof spawn;

/** What a template literal passes for the text around its values. */
function template(...texts: string[]): TemplateStringsArray {
  return Object.assign(texts, { raw: texts });
}

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
