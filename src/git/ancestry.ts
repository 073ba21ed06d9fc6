import { type Git, gitFailed } from "./git.ts";

/** Whether a commit or branch is contained in another one. */
export async function isAncestor(
  at: Git,
  older: string,
  newer: string,
): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", older, newer];
  const result = await at.result(args);
  if (result.code > 1) throw gitFailed(args, result);
  return result.code === 0;
}

/** The merge base of two branches; undefined if there is none. */
export async function forkPoint(
  at: Git,
  one: string,
  other: string,
): Promise<string | undefined> {
  return await at.maybe(["merge-base", one, other]);
}
