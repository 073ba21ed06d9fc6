import { join } from "node:path";
import { Failed } from "../domain/failed.ts";
import { type Env, toolEnv } from "../exec/env.ts";
import { shInTurn, type ShResult } from "../exec/sh.ts";
import { exists } from "../util/files.ts";
import { configEnv } from "./config_env.ts";

/** Bound on a command that talks to a remote. */
export const NETWORK_TIMEOUT_MS = 2 * 60_000;

export interface GitOptions {
  /** Variables on top of those that all commands of this object get. */
  env?: Env | undefined;
  /** In place of parex's own environment, for a command that runs the project's hooks. */
  base?: Env | undefined;
  /** Text for stdin; without it stdin is closed. */
  input?: string | undefined;
  timeoutMs?: number | undefined;
  /** Ends the command before it is done. */
  signal?: AbortSignal | undefined;
}

/** What people set for themselves and parex cannot read, or cannot do without. */
const OWN_SETTINGS = {
  // With `always`, names of files come with escapes.
  "color.ui": "false",
  "log.showSignature": "false",
  // What it adds to a merge's message comes behind the trailers, which then are none.
  "merge.log": "false",
  // A conflict that it resolves fails the merge, with nothing left to resolve.
  "rerere.enabled": "false",
};

/** git in one folder: a top level, unless the repository may be in a folder above. */
export class Git {
  constructor(
    readonly path: string,
    private readonly settings: { env?: Env; config?: Env; discover?: boolean } = {},
  ) {}

  /** Variables for every command, on top of parex's own environment for tools. */
  get env(): Env {
    return this.settings.env ?? {};
  }

  /** Keys of git's configuration, above all files of it. */
  get config(): Env {
    return this.settings.config ?? {};
  }

  /** git in a folder below that is a top level of its own. */
  below(folder: string): Git {
    return new Git(join(this.path, folder));
  }

  /** Runs git and returns its stdout, byte for byte; any other exit code than 0 throws `git_failed`. */
  async git(args: readonly string[], options?: GitOptions): Promise<string> {
    const result = await this.result(args, options);
    if (result.code === 0) return result.stdout;
    throw gitFailed(args, result);
  }

  /** As `git`, for commands that print one value: without the newline that ends it. */
  async line(args: readonly string[], options?: GitOptions): Promise<string> {
    return lineOf(await this.git(args, options));
  }

  /** As `line`, for questions that git answers with exit code 1 for "there is none". */
  async maybe(args: readonly string[], options?: GitOptions): Promise<string | undefined> {
    const result = await this.result(args, options);
    if (result.code === 1) return undefined;
    if (result.code === 0) return lineOf(result.stdout);
    throw gitFailed(args, result);
  }

  /** Runs git to its end and returns whatever its exit code was. */
  result(args: readonly string[], options?: GitOptions): Promise<ShResult> {
    return this.resultInTurn([args], options);
  }

  /** Runs git several times, until one fails: what all have printed, and the last one's exit code. */
  async resultInTurn(
    commands: readonly (readonly string[])[],
    options: GitOptions = {},
  ): Promise<ShResult> {
    // In a worktree whose `.git` an agent has deleted, git would find the user's own checkout above.
    if (!this.settings.discover && !exists(join(this.path, ".git"))) {
      const stderr = `fatal: not a git repository: ${this.path}`;
      return { code: 128, stdout: "", stderr, timedOut: false };
    }
    const env = toolEnv({ ...this.env, ...options.env }, options.base);
    return await shInTurn(commands.map((args) => ["git", ...args]), {
      cwd: this.path,
      env: { ...env, ...configEnv({ ...OWN_SETTINGS, ...this.config }, env) },
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      input: options.input,
      outlives: commands.some(changesWorktrees),
    });
  }
}

/**
 * These say something while they change files; stopped there, what they leave looks like work. And they
 * run hooks: a process that a hook leaves behind would keep their pipes open.
 */
const CHANGES = new Set(["checkout", "commit", "hook", "merge", "push", "restore"]);

function changesWorktrees(args: readonly string[]): boolean {
  const first = args.findIndex((arg, at) => !arg.startsWith("-") && args[at - 1] !== "-c");
  return CHANGES.has(args[first] ?? "");
}

function lineOf(stdout: string): string {
  return stdout.replace(/\r?\n$/, "");
}

/** The failure of a git command that no rule of parex expected. */
export function gitFailed(args: readonly string[], result: ShResult): Failed {
  const stderr = result.timedOut ? `${result.stderr}\ntimed out` : result.stderr;
  return new Failed({
    reason: "git_failed",
    command: ["git", ...args].join(" "),
    exitCode: result.code,
    stderr: stderr.trim(),
  });
}

/** What git said when it failed: hooks speak on both streams. */
export function detailOf(result: ShResult): string {
  const said = [result.stderr.trim(), result.stdout.trim()].filter((text) => text !== "");
  if (result.timedOut) said.push("timed out");
  return said.join("\n") || `exit code ${result.code}`;
}

/** The entries of a `-z` output. */
export function entries(stdout: string): string[] {
  return stdout.split("\0").filter((entry) => entry !== "");
}
