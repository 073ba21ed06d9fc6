import { type Env, processEnv } from "../exec/env.ts";

/**
 * Variables that set keys of git's configuration for every git below a process, above all files. They
 * add to `env`'s own of the kind.
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
