import { TIMEOUTS } from "../domain/timeouts.ts";
import { toolEnv } from "../exec/env.ts";
import { sh } from "../exec/sh.ts";
import type { Git } from "./git.ts";

/** OpenSSH, with or without options: other programs may take `-G` for something else. */
const OPENSSH = /(?:^|[/\\])ssh(?:\.exe)?["']?(?:\s|$)/;

/**
 * The host that git's ssh connects to for `user@name`, where the user's ssh settings make `name` an alias;
 * undefined: ssh does not tell.
 */
export async function sshHostOf(git: Git, destination: string): Promise<string | undefined> {
  const env = toolEnv();
  const command = env.GIT_SSH_COMMAND ?? await git.maybe(["config", "--get", "core.sshCommand"]) ??
    env.GIT_SSH ?? "ssh";
  if (!OPENSSH.test(command)) return undefined;
  const argv = ["sh", "-c", `${command} -G -- "$1"`, "ssh", destination];
  const said = await sh(argv, { cwd: git.path, env, timeoutMs: TIMEOUTS.sshConfig });
  return said.code === 0 ? /^hostname (\S+)$/m.exec(said.stdout)?.[1] : undefined;
}
