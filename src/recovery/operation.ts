import type { Failure } from "../domain/failure.ts";

/** What an operation is about: repairs take from here what they act on, whoever proposes them. */
export interface About {
  branch?: string | undefined;
  remote?: string;
  /** Absolute. It need not exist. */
  worktree?: string | undefined;
}

/** Something that parex itself does with git or gh. */
export interface Operation<T> {
  /** As a person would say it: "push feature/task-1". */
  what: string;
  about: About;
  /** Safe to do again after it failed. */
  run: () => Promise<T>;
  /** Ends waiting, and the recovery. */
  signal?: AbortSignal;
}

/** What git or gh said when it failed. */
export function outputOf(failure: Failure): string {
  if ("detail" in failure && failure.detail !== undefined) return failure.detail;
  return failure.reason === "git_failed" ? failure.stderr : "";
}

/** The failure, with what was tried about it for the person who takes over. */
export function withTried(failure: Failure, tried: readonly string[]): Failure {
  if (tried.length === 0) return failure;
  const report = ["parex tried to recover:", ...tried.map((line) => `- ${line}`)].join("\n");
  const output = [outputOf(failure), report].filter((text) => text !== "").join("\n");
  if ("detail" in failure) return { ...failure, detail: output };
  return failure.reason === "git_failed" ? { ...failure, stderr: output } : failure;
}

/**
 * Whether git or gh may have stumbled over something that is no decision of the user's: others, such
 * as a conflict or another plan's branch, are a person's matter from the start.
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
