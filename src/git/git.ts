import { join, resolve } from "node:path";
import { Failed } from "../domain/failed.ts";
import { type Env, toolEnv } from "../exec/env.ts";
import type { CommandResult } from "../exec/command.ts";
import { runProgram } from "../exec/run_program.ts";
import { sh } from "../exec/sh.ts";
import { exists } from "../util/files.ts";
import { configEnv } from "./config_env.ts";
import { type Hooks, HookWatch } from "./hooks.ts";

export interface GitOptions {
  /** Variables in addition to those that all commands of this object get. */
  env?: Env | undefined;
  /** For a command that runs the project's hooks, or signs. */
  hooks?: Hooks | undefined;
  /** Text for stdin; without it stdin is closed. */
  input?: string | undefined;
  timeoutMs?: number | undefined;
  /** Ends the command early. */
  signal?: AbortSignal | undefined;
}

/** User settings that make git's output unreadable for parex, or break what it needs. */
const OWN_SETTINGS = {
  // With `always`, file names contain escape sequences.
  "color.ui": "false",
  "log.showSignature": "false",
  // It adds text after the trailers of a merge's message, which are no longer trailers then.
  "merge.log": "false",
  // If it resolves a conflict, the merge still fails, with nothing left to resolve.
  "rerere.enabled": "false",
};

/** git in one folder: a top level, unless git may search for the repository in folders above. */
export class Git {
  constructor(
    readonly path: string,
    private readonly settings: { env?: Env; config?: Env; discover?: boolean } = {},
  ) {}

  /** Variables for every command, in addition to parex's own environment for tools. */
  get env(): Env {
    return this.settings.env ?? {};
  }

  /** Config keys that override all config files. */
  get config(): Env {
    return this.settings.config ?? {};
  }

  /** git in a folder below that has a repository of its own. */
  below(folder: string): Git {
    return new Git(join(this.path, folder));
  }

  /** Runs git and returns its stdout, byte for byte; throws `git_failed` unless the exit code is 0. */
  async git(args: readonly string[], options?: GitOptions): Promise<string> {
    const result = await this.result(args, options);
    if (result.code === 0) return result.stdout;
    throw gitFailed(args, result);
  }

  /** As `git`, for commands that print one value: without the trailing newline. */
  async line(args: readonly string[], options?: GitOptions): Promise<string> {
    return lineOf(await this.git(args, options));
  }

  /** As `line`; undefined if git answers with exit code 1, which means "there is none". */
  async maybe(args: readonly string[], options?: GitOptions): Promise<string | undefined> {
    const result = await this.result(args, options);
    if (result.code === 1) return undefined;
    if (result.code === 0) return lineOf(result.stdout);
    throw gitFailed(args, result);
  }

  /** Whether the project has a hook of this name. */
  async hasHook(name: string): Promise<boolean> {
    return exists(resolve(this.path, await this.hookPath(name)));
  }

  /** Where the project's hook of this name would be, maybe relative to this folder. */
  hookPath(name: string): Promise<string> {
    return this.line(["rev-parse", "--git-path", `hooks/${name}`]);
  }

  /** Runs git and returns its result, whatever the exit code. */
  async result(args: readonly string[], options: GitOptions = {}): Promise<CommandResult> {
    // If an agent deletes its worktree's `.git`, git would find the user's own checkout above.
    if (!this.settings.discover && !exists(join(this.path, ".git"))) {
      const stderr = `fatal: not a git repository: ${this.path}`;
      return { code: 128, stdout: "", stderr, timedOut: false };
    }
    const { hooks } = options;
    await using slow = hooks && await HookWatch.begin(hooks);
    const env = toolEnv({ ...this.env, ...options.env, ...slow?.env }, hooks?.env);
    const command = {
      cwd: this.path,
      env: { ...env, ...configEnv({ ...OWN_SETTINGS, ...this.config }, env) },
      timeoutMs: options.timeoutMs,
      slow,
      signal: options.signal,
      input: options.input,
    };
    const argv = ["git", ...args];
    const result = changesWorktrees(args)
      ? await sh(argv, { ...command, outlives: true })
      : await runProgram(argv, command);
    return slow && result.timedOut ? { ...result, why: slow.whyEnded() } : result;
  }
}

/**
 * Commands that change files: if they are stopped, the files that they leave look like work. They also run
 * hooks, whose background processes would keep their pipes open.
 */
const CHANGES = new Set(["checkout", "commit", "hook", "merge", "push", "restore"]);

function changesWorktrees(args: readonly string[]): boolean {
  const first = args.findIndex((arg, at) => !arg.startsWith("-") && args[at - 1] !== "-c");
  return CHANGES.has(args[first] ?? "");
}

function lineOf(stdout: string): string {
  return stdout.replace(/\r?\n$/, "");
}

/** The failure of a git command that parex has no rule for. */
export function gitFailed(args: readonly string[], result: CommandResult): Failed {
  const stderr = result.timedOut ? `${result.stderr}\n${result.why ?? "timed out"}` : result.stderr;
  return new Failed({
    reason: "git_failed",
    command: ["git", ...args].join(" "),
    exitCode: result.code,
    stderr: stderr.trim(),
  });
}

/** git's output when it failed: hooks write to both streams. */
export function detailOf(result: CommandResult): string {
  const said = [result.stderr.trim(), result.stdout.trim()].filter((text) => text !== "");
  if (result.timedOut) said.push(result.why ?? "timed out");
  return said.join("\n") || `exit code ${result.code}`;
}

/** The entries of a `-z` output. */
export function entries(stdout: string): string[] {
  return stdout.split("\0").filter((entry) => entry !== "");
}
