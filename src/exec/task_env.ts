import { delimiter, dirname, isAbsolute, join, sep } from "node:path";
import type { Env } from "./env.ts";

/** Where a task's processes work, and what they are not to see. */
export interface TaskTree {
  /** The task's worktree, absolute. */
  worktree: string;
  /** The user's checkout in each of its spellings, absolute: see `spellingsOf`. */
  checkouts: readonly string[];
}

/**
 * Says what another program, which has started parex, does at the moment; a task is not part of it.
 * A name that ends with `*` matches all names with that prefix.
 */
const TAKEN_OUT = [
  // The shell's position. With CDPATH, `cd src` would go to the user's `src`.
  ...["OLDPWD", "INIT_CWD", "CDPATH", "_"],
  // Activated environments of Python.
  ...["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "_OLD_VIRTUAL_*", "PYENV_VIRTUAL_ENV"],
  ...["POETRY_ACTIVE", "PIPENV_ACTIVE", "PDM_RUN_CWD", "HATCH_ENV_ACTIVE", "HATCH_ENV"],
  // One environment at a fixed path would be shared by all tasks.
  ...["UV_PROJECT_ENVIRONMENT", "UV_RUN_RECURSION_DEPTH", "PIPENV_CUSTOM_VENV_NAME"],
  // A script of npm, pnpm, yarn, lerna, Turborepo or Nx. With the prefix, npm installs into the
  // user's tree.
  ...["npm_package_*", "npm_lifecycle_*", "npm_command", "npm_execpath", "npm_node_execpath"],
  ...["npm_config_local_prefix", "npm_config_user_agent", "npm_config_workspace*"],
  ...["PNPM_PACKAGE_NAME", "PNPM_SCRIPT_SRC_DIR", "PROJECT_CWD", "BERRY_BIN_FOLDER"],
  ...["LERNA_PACKAGE_NAME", "LERNA_ROOT_PATH", "TURBO_HASH", "TURBO_INVOCATION_DIR"],
  ...["TURBO_IS_TUI", "NX_TASK_*", "NX_WORKSPACE_ROOT", "NX_CLI_SET", "NX_INVOKED_BY_RUNNER"],
  ...["NX_FORKED_TASK_EXECUTOR", "NX_TERMINAL_OUTPUT_PATH", "NX_STREAM_OUTPUT"],
  // A channel to a parent by a number of a file that is not open here, and a debugger's.
  ...["NODE_CHANNEL_FD", "NODE_CHANNEL_SERIALIZATION_MODE", "NODE_UNIQUE_ID"],
  ...["VSCODE_INSPECTOR_OPTIONS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_TERM*"],
  // A test that runs around parex: test runners behave differently within one.
  ...["NODE_TEST_CONTEXT", "JEST_WORKER_ID", "VITEST", "VITEST_*", "TEST_WORKER_INDEX"],
  ...["TEST_PARALLEL_INDEX", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_*", "COV_CORE_*", "TOX_*"],
  // `bundle exec` and `cargo run`.
  ...["BUNDLE_BIN_PATH", "BUNDLER_SETUP", "BUNDLER_VERSION", "BUNDLER_ORIG_*"],
  ...["CARGO_PKG_*", "CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_CRATE_NAME"],
  // What direnv and mise have loaded, for them to undo: in the worktree they would undo it there.
  ...["DIRENV_DIR", "DIRENV_FILE", "DIRENV_DIFF", "DIRENV_WATCHES", "DIRENV_LAYOUT"],
  ...["__MISE_*", "MISE_PROJECT_ROOT"],
  // The editor and the conversation of a Claude Code around parex.
  ...["CLAUDE_CODE_SSE_PORT", "CLAUDE_ENV_FILE"],
  // A hook of git around parex: all commits would have its time.
  ...["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"],
];

/** The active environment of conda: Poetry and uv install into it, unless it is conda's own. */
const CONDA = /^(CONDA_(PREFIX|DEFAULT_ENV|PROMPT_MODIFIER|SHLVL)|_CE_)/;
const TEMPORARY = ["TMPDIR", "TMP", "TEMP"];

/** Options that are only valid in the user's tree, within variables that are lists of options. */
const OPTIONS_OUT = new Map([
  // Whether there is a `vendor` folder depends on the tree, and go looks by itself.
  ["GOFLAGS", /(?<=^|\s)-mod=\S*/g],
  // Yarn adds its own once it is installed; before that no node starts with it. Debuggers wait.
  [
    "NODE_OPTIONS",
    /(?<=^|\s)(?:(?:-r|--require|--import|--(?:experimental-)?loader)[\s=]+(?:"[^"]*\.pnp\.[^"]*"|\S*\.pnp\.\S*)|--inspect\S*)/g,
  ],
  ["RUBYOPT", /(?<=^|\s)-r\S*bundler\/setup\S*/g],
]);

/**
 * The environment of a process that works in a task's tree, from that of parex: whatever points
 * into the user's checkout points to the same path in the worktree, and environments that were
 * activated for the checkout are taken out. Pure.
 */
export function taskEnv(env: Env, { worktree, checkouts }: TaskTree): Env {
  const move = mover(worktree, checkouts, env.HOME);
  const isOut = outOf(env, move);
  const result: Env = {};
  for (const [name, given] of Object.entries(env)) {
    if (isOut(name)) continue;
    const options = OPTIONS_OUT.get(name);
    const value = options ? given.replaceAll(options, "").trim().replaceAll(/ {2,}/g, " ") : given;
    if (value !== "" || given === "") result[name] = move(value);
  }
  const bins = activatedBins(env, isOut);
  if (env.PATH !== undefined) {
    const entries = env.PATH.split(delimiter).filter((entry) => !bins.has(trimmed(entry)));
    result.PATH = entries.map(move).join(delimiter);
  }
  return { ...result, PWD: worktree, GIT_CEILING_DIRECTORIES: dirname(worktree) };
}

type Move = (text: string) => string;

/** Whether a variable does not belong in a task's environment. */
function outOf(env: Env, move: Move): (name: string) => boolean {
  const names = new Set(TAKEN_OUT.filter((name) => !name.endsWith("*")));
  const beginnings = TAKEN_OUT.filter((name) => name.endsWith("*")).map((name) =>
    name.slice(0, -1)
  );
  const isProjects = (name: string) => move(env[name] ?? "") !== (env[name] ?? "");
  return (name) =>
    names.has(name) || beginnings.some((beginning) => name.startsWith(beginning)) ||
    (CONDA.test(name) && (isProjects("CONDA_PREFIX") || env.CONDA_DEFAULT_ENV !== "base")) ||
    // In the worktree the folder may not be there; a relative one means another for each process.
    (TEMPORARY.includes(name) && (isProjects(name) || !isAbsolute(env[name] ?? ""))) ||
    (name === "PYTHONHOME" && isProjects(name));
}

/** Folders with the programs of the environments that are removed. */
function activatedBins(env: Env, isOut: (name: string) => boolean): Set<string> {
  const active = ["VIRTUAL_ENV", "PYENV_VIRTUAL_ENV"].filter(isOut);
  const folders = active.flatMap((name) => env[name] || []).map(trimmed);
  const bins = folders.flatMap((folder) => [join(folder, "bin"), join(folder, "Scripts")]);
  return new Set(env.BERRY_BIN_FOLDER ? [...bins, trimmed(env.BERRY_BIN_FOLDER)] : bins);
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/**
 * Moves each path within a text that lies in the checkout to the worktree. What lies in a HOME that
 * is itself in the checkout (a repository of dotfiles) belongs to the user, not to the tree.
 */
function mover(worktree: string, checkouts: readonly string[], home = ""): Move {
  const folders = checkouts.map(trimmed).filter((folder) => folder !== sep && folder !== "");
  if (folders.length === 0) return (text) => text;
  const isUsers = home !== "" && folders.some((folder) => beginsWithPath(home, folder));
  const kept = [worktree, ...(isUsers ? [trimmed(home)] : [])];
  // In a URL it may be written with escapes.
  const spellings = [...new Set(folders.flatMap((folder) => [folder, encodeURI(folder)]))]
    .sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`${BEFORE}(?:${spellings.map(escaped).join("|")})${AFTER}`, "gu");
  return (text) =>
    text.replaceAll(pattern, (found, offset: number) => {
      const rest = text.slice(offset);
      if (kept.some((path) => beginsWithPath(rest, path))) return found;
      return folders.includes(found) ? worktree : encodeURI(worktree);
    });
}

/** What a name of a file can be made of: `/code/app` is not `/code/app-2`. */
const NAME = String.raw`[\p{L}\p{N}_.~%@+\-]`;
const AFTER = `(?!${NAME})`;
/**
 * A path begins after what no path holds, or after an option such as `-I`; a URL's host is none.
 */
const BEFORE = String.raw`(?<=(?:^|[^\p{L}\p{N}_./~%+\-])(?:-[A-Za-z])?/*)(?<!\p{L}:/)`;

const GOES_ON = new RegExp(`^${NAME}`, "u");

function beginsWithPath(text: string, path: string): boolean {
  return text.startsWith(path) && !GOES_ON.test(text.slice(path.length));
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/**
 * How an environment spells the way to these folders, symbolic links and `..` on the way included:
 * each folder as it is, and every other spelling of it that leads there.
 */
export function spellingsOf(folders: readonly string[], env: Env): string[] {
  const found = new Set(folders);
  const seen = new Set<string>();
  for (const path of Object.values(env).flatMap(absolutePaths)) {
    for (let at = path; !seen.has(at) && at !== sep; at = dirname(at)) {
      seen.add(at);
      const target = realPath(at);
      if (target !== undefined && folders.includes(target)) found.add(at);
    }
  }
  return [...found];
}

/** With and without the spaces that may be part of them. */
const PATHS = [/[^:;,"'=]+/, /[^:;,"'=\s]+/].map(({ source }) =>
  new RegExp(`${BEFORE}/+(${source})`, "gu")
);

function absolutePaths(text: string): string[] {
  return PATHS.flatMap((pattern) =>
    text.matchAll(pattern).map(([, path = ""]) => `/${path.replace(/\/+$/, "")}`).toArray()
  );
}

function realPath(path: string): string | undefined {
  try {
    return Deno.realPathSync(path);
  } catch {
    return undefined; // absent
  }
}
