/**
 * The environment of a test. The process's own belongs to all tests that run side by side, so that
 * none changes it: parex and what it starts are given another one.
 */
import { join } from "node:path";
import { liveIn } from "./lived_in.ts";
import { type Env, processEnv, replaceProcessEnv } from "../../src/exec/env.ts";

/** A person's git settings, whoever's machine the tests run on. */
const GIT: Env = {
  GIT_CONFIG_GLOBAL: join(import.meta.dirname ?? "", "gitconfig"),
  GIT_CONFIG_NOSYSTEM: "1",
};
/** For the git commands of a test itself, and for a test that asks for a machine without settings. */
export const TIDY_GIT: Env = {
  GIT_CONFIG_GLOBAL: join(import.meta.dirname ?? "", "gitconfig.tidy"),
};

/**
 * A test may itself run inside of a parex or of a git command, whose marks, settings and author are
 * not the test's own.
 */
function isForeign(name: string): boolean {
  return /^GIT_(AUTHOR|COMMITTER)_/.test(name) ||
    name.startsWith("PAREX_") && !name.startsWith("PAREX_TEST_");
}

const own = Object.fromEntries(
  Object.entries(Deno.env.toObject()).filter(([name]) => !isForeign(name)),
);
const home = Deno.makeTempDirSync({ prefix: "parex-home-" });
globalThis.addEventListener("unload", () => Deno.removeSync(home, { recursive: true }));
replaceProcessEnv({ ...own, DENO_DIR: denoDir(own), ...liveIn(home, own), ...GIT });

/** Where Deno keeps what it has fetched, whatever HOME a test has. */
function denoDir({ DENO_DIR, XDG_CACHE_HOME, HOME = "" }: Env): string {
  return DENO_DIR ?? join(XDG_CACHE_HOME ?? join(HOME, ".cache"), "deno");
}

/** Every variable of this test, with these. */
export function testEnv(more: Env = {}): Env {
  return { ...processEnv(), ...more };
}

/** Adds variables to those of this test until it is disposed of. */
export function withEnv(variables: Env): Disposable {
  const before = processEnv();
  replaceProcessEnv(testEnv(variables));
  return { [Symbol.dispose]: () => replaceProcessEnv(before) };
}
