import type { PrerequisiteFailure } from "../../domain/failure.ts";
import { CONFIG_PATH, planKeyOf } from "../../domain/names.ts";
import { shellWord } from "../escape.ts";
import { atMost, type Explanation } from "./explanation.ts";

const LISTED = 10;

type Of<R extends PrerequisiteFailure["reason"]> = Extract<PrerequisiteFailure, { reason: R }>;

/** A branch or a worktree of a task belongs to something else. */
export function explainOwnership(
  failure: Of<"foreign_branch" | "foreign_worktree" | "worktree_elsewhere" | "branch_in_the_way">,
): Explanation {
  switch (failure.reason) {
    case "foreign_branch":
      return explainForeignBranches(failure);
    case "foreign_worktree":
      return {
        message: failure.branch === undefined
          ? `this folder is in the way and is not a worktree of this repository: ${failure.path}`
          : `a worktree with ${failure.branch} checked out is in the way: ${failure.path}`,
        details: [],
        next: failure.branch === undefined
          ? [`move it: mv -- ${shellWord(failure.path)} <elsewhere>`]
          : [`if its work is committed, remove it: git worktree remove ${shellWord(failure.path)}`],
      };
    case "worktree_elsewhere":
      return {
        message: `${failure.branch} is checked out in another worktree: ${failure.path}`,
        details: [],
        next: [
          `if its work is committed, remove that worktree: git worktree remove ${
            shellWord(failure.path)
          }`,
          `or check out another branch there: git -C ${shellWord(failure.path)} switch <branch>`,
        ],
      };
    case "branch_in_the_way":
      if (failure.remote !== undefined) return explainRemoteBranch(failure, failure.remote);
      return {
        message: `git cannot have both ${failure.branch} and ${failure.wanted} as branches`,
        details: [],
        next: [
          `rename the first: git branch -m -- ${shellWord(failure.branch)} <new name>`,
        ],
      };
  }
}

function explainForeignBranches(failure: Of<"foreign_branch">): Explanation {
  const { branches, identity } = failure;
  const names = branches.map((one) => one.branch);
  const next = names.slice(0, LISTED).flatMap((name) => {
    const branch = shellWord(name);
    const key = shellWord(planKeyOf(name));
    return [
      `keep it under another name: git branch -m -- ${branch} ${shellWord(`${name}-old`)}`,
      `or delete it: git branch -D -- ${branch}`,
      `or use it for this plan: git config ${key} ${shellWord(identity)}`,
    ];
  });
  return {
    message: names.length === 1
      ? `the branch ${names[0]} already exists and does not belong to this plan`
      : `${names.length} branches already exist and do not belong to this plan`,
    details: atMost(branches.map(ownerOf), LISTED),
    next,
  };
}

function ownerOf({ branch, owner }: { branch: string; owner?: string | undefined }): string {
  return owner === undefined
    ? `${branch}: not created by parex`
    : `${branch}: belongs to the plan ${owner}`;
}

function explainRemoteBranch(
  { branch, wanted }: Of<"branch_in_the_way">,
  remote: string,
): Explanation {
  return {
    message: `${remote} has a branch ${branch}, so git cannot push ${wanted} there`,
    details: [],
    next: [
      `give the tasks' branches another name, in ${CONFIG_PATH}: branch-prefix: tasks/`,
      "or keep the work here: parex execute --no-push",
    ],
  };
}
