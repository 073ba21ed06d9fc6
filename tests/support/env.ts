/**
 * The environment of a test. The process's own belongs to all tests that run side by side, so that
 * none changes it: parex and what it starts are given another one.
 */
import { join } from "node:path";
import { type Env, processEnv, replaceProcessEnv } from "../../src/exec/env.ts";

/** The machine's own git settings must not decide what a test sees. */
const GIT: Env = {
  GIT_CONFIG_GLOBAL: join(import.meta.dirname ?? "", "gitconfig"),
  GIT_CONFIG_NOSYSTEM: "1",
};

/** A test may itself run inside of a parex, whose marks and settings are not the test's own. */
function isForeign(name: string): boolean {
  return name.startsWith("PAREX_") && !name.startsWith("PAREX_TEST_");
}

const own = Object.entries(Deno.env.toObject()).filter(([name]) => !isForeign(name));
replaceProcessEnv({ ...Object.fromEntries(own), ...GIT });

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
