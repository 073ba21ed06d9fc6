import type { Env } from "../exec/env.ts";
import type { Git } from "./git.ts";

/**
 * Variables with the name and address that git would commit under in a worktree, so that they also apply to
 * programs with another home folder. Throws `git_failed` if git has none.
 */
export async function identityEnv(worktree: Git): Promise<Env> {
  const roles = ["AUTHOR", "COMMITTER"];
  const idents = roles.map((role) => worktree.line(["var", `GIT_${role}_IDENT`]));
  const found = (await Promise.all(idents)).map((ident) => /^(.*) <([^>]*)>/.exec(ident) ?? []);
  return Object.fromEntries(roles.flatMap((role, at) => {
    const [, name = "", email = ""] = found[at] ?? [];
    return [[`GIT_${role}_NAME`, name], [`GIT_${role}_EMAIL`, email]];
  }));
}
