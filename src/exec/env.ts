/**
 * Variables that make git look at another repository than the one of its folder, or read it
 * differently.
 */
const GIT_MISDIRECTIONS = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_CEILING_DIRECTORIES",
  "GIT_CONFIG",
  "GIT_GRAFT_FILE",
  "GIT_SHALLOW_FILE",
  "GIT_REPLACE_REF_BASE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_ATTR_SOURCE",
  "GIT_LITERAL_PATHSPECS",
  "GIT_GLOB_PATHSPECS",
  "GIT_NOGLOB_PATHSPECS",
  "GIT_ICASE_PATHSPECS",
];

export type Env = Record<string, string>;

let replaced: Env | undefined;

/** The environment that parex was started with: the only place where it is read. */
export function processEnv(): Env {
  return replaced ?? Deno.env.toObject();
}

/**
 * From now on parex behaves as if it had been started with this environment; undefined restores the
 * real one. The process's own environment does not change, since other threads share it.
 */
export function replaceProcessEnv(env: Env | undefined): void {
  replaced = env;
}

/**
 * The environment of parex without what would misdirect a child: git's own variables, zx's
 * settings, and the mark of a Claude Code that parex itself runs inside of.
 */
export function childEnv(extra: Env = {}): Env {
  const env = { ...processEnv() };
  for (const name of GIT_MISDIRECTIONS) delete env[name];
  for (const name of Object.keys(env)) {
    if (name.startsWith("ZX_") || name === "CLAUDECODE" || name === "CLAUDE_CODE_ENTRYPOINT") {
      delete env[name];
    }
  }
  return { ...env, ...extra };
}

/**
 * For commands whose output parex reads: plain, in English, without questions or optional locks,
 * and without the file that a bash reads before its command, which may print something or change
 * folder.
 */
export function toolEnv(extra: Env = {}, base = childEnv()): Env {
  const { BASH_ENV: _, ...env } = base;
  return {
    ...env,
    LC_ALL: "C",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: "true",
    GH_PROMPT_DISABLED: "1",
    NO_COLOR: "1",
    ...extra,
  };
}
