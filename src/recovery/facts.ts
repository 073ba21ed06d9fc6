import type { Failure } from "../domain/failure.ts";
import { exists } from "../util/files.ts";
import { listWorktrees, type Registration } from "../git/worktree_list.ts";
import type { Repository } from "../git/repository.ts";
import { findLocks, type Lock } from "./locks.ts";
import { type About, outputOf } from "./operation.ts";
import { type Symptom, symptomsIn } from "./symptoms.ts";

/** The facts that a repair is chosen by. */
export interface Facts {
  failure: Failure;
  output: string;
  symptoms: Set<Symptom>;
  locks: Lock[];
  worktrees: Registration[];
  /** Paths of registered worktrees whose folders are gone. */
  missing: string[];
}

/** Examines the repository after a failure. Changes nothing. */
export async function readFacts(
  repo: Repository,
  about: About,
  failure: Failure,
): Promise<Facts> {
  const listed = await listWorktrees(repo);
  const there = await Promise.all(listed.map(({ path }) => exists(path)));
  const output = outputOf(failure);
  return {
    failure,
    output,
    symptoms: symptomsIn(output),
    locks: await findLocks(repo, about.branch),
    worktrees: listed,
    missing: listed.filter((_, index) => !there[index]).map(({ path }) => path),
  };
}
