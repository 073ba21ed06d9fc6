import type { Failure } from "../domain/failure.ts";

/** The subject of an operation: repairs take their targets only from here. */
export interface About {
  branch?: string | undefined;
  remote?: string;
  /** Absolute. It may not exist. */
  worktree?: string | undefined;
}

/** A git or gh operation of parex itself. */
export interface Operation<T> {
  /** As people say it: "push feature/task-1". */
  what: string;
  about: About;
  /** Safe to repeat after a failure. */
  run: () => Promise<T>;
  /** Ends waiting, and the recovery. */
  signal?: AbortSignal;
}

/** The output of git or gh in a failure. */
export function outputOf(failure: Failure): string {
  if ("detail" in failure && failure.detail !== undefined) return failure.detail;
  return failure.reason === "git_failed" ? failure.stderr : "";
}

/** The failure, with what was tried, for the person who takes over. */
export function withTried(failure: Failure, tried: readonly string[]): Failure {
  if (tried.length === 0) return failure;
  const report = ["parex tried to recover:", ...tried.map((line) => `- ${line}`)].join("\n");
  const output = [outputOf(failure), report].filter((text) => text !== "").join("\n");
  if ("detail" in failure) return { ...failure, detail: output };
  return failure.reason === "git_failed" ? { ...failure, stderr: output } : failure;
}

/**
 * Whether recovery may help. Failures that need a decision of the user's, such as a conflict or another
 * plan's branch, are left to a person from the start.
 */
export function mayRecover({ reason }: Failure): boolean {
  return RECOVERABLE.has(reason);
}

const RECOVERABLE: ReadonlySet<Failure["reason"]> = new Set<Failure["reason"]>([
  "git_failed",
  "worktree_failed",
  "worktree_elsewhere",
  "push_failed",
  "github_failed",
  "pull_request_failed",
]);
