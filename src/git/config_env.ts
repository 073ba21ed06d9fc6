import { type Env, processEnv } from "../exec/env.ts";

/**
 * Variables that set git config keys for every git below a process; they override all config files and are
 * added to those in `env`.
 */
export function configEnv(config: Env, env: Env = processEnv()): Env {
  const first = Number.parseInt(env.GIT_CONFIG_COUNT ?? "0", 10) || 0;
  const pairs = Object.entries(config);
  return {
    GIT_CONFIG_COUNT: String(first + pairs.length),
    ...Object.fromEntries(pairs.flatMap(([key, value], at) => [
      [`GIT_CONFIG_KEY_${first + at}`, key],
      [`GIT_CONFIG_VALUE_${first + at}`, value],
    ])),
  };
}
