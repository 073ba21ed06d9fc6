import { type Git, gitFailed } from "./git.ts";
import type { Repository } from "./repository.ts";

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

/** The commit that two branches have last had in common; undefined if there is none. */
export async function forkPoint(
  at: Git,
  one: string,
  other: string,
): Promise<string | undefined> {
  return await at.maybe(["merge-base", one, other]);
}

/** The tasks whose landed commits have touched these files since a branch left the base. */
export async function landedTasksTouching(
  repo: Repository,
  range: { from: string; to: string },
  files: string[],
): Promise<string[]> {
  const fork = await repo.maybe(["merge-base", "--end-of-options", range.from, range.to]);
  const format = "--format=%(trailers:key=Implements,valueonly,separator=%x0a)";
  const since = fork === undefined ? range.to : `${fork}..${range.to}`;
  const paths = files.map((file) => `:(top,literal)${file}`);
  const log = await repo.git(["log", "--first-parent", "--reverse", format, since, "--", ...paths]);
  return [...new Set(log.split("\n").filter((task) => task !== ""))];
}
