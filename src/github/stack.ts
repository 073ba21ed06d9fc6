import type { PullRequest } from "./pull_requests.ts";

/** A dependency of a task that is not in the base yet. */
export interface Unlanded {
  branch: string;
  /** Its open pull request. */
  number?: number;
  /** The remote has the branch. */
  pushed: boolean;
  /** Another unlanded dependency holds all of its commits. */
  contained: boolean;
}

/**
 * What a pull request is to be merged into: the branch of the one dependency that it waits for, so
 * that it shows only its own changes; with several, or none, the base.
 */
export function baseOf(dependencies: readonly Unlanded[], base: string): string {
  const tips = dependencies.filter(({ contained }) => !contained);
  const [only] = tips;
  if (only === undefined || tips.length > 1) return base;
  return only.number !== undefined || only.pushed ? only.branch : base;
}

/**
 * The pull request of a branch: the open one, else the last one that was closed or merged. `isOwn`
 * excludes pull requests of earlier branches of the same name.
 */
export function choosePullRequest(
  listed: readonly PullRequest[],
  isOwn: (pullRequest: PullRequest) => boolean,
): PullRequest | undefined {
  return listed.find(({ state }) => state === "open") ?? listed.find(isOwn);
}
