import type { PrerequisiteFailure } from "../../domain/failure.ts";
import { shellWord } from "../escape.ts";
import { atMost, type Explanation, linesOf } from "./explanation.ts";

const LISTED = 10;

type Of<R extends PrerequisiteFailure["reason"]> = Extract<PrerequisiteFailure, { reason: R }>;

/** The repository is not ready. */
export function explainRepository(
  failure: Of<
    | "not_a_repository"
    | "bare_repository"
    | "no_commit"
    | "detached_head"
    | "base_missing"
    | "dirty_tree"
    | "no_identity"
    | "base_diverged"
  >,
): Explanation {
  switch (failure.reason) {
    case "not_a_repository":
      return {
        message: `this is not a git repository: ${failure.cwd}`,
        details: [],
        next: ["change to your project's folder, or create a repository: git init"],
      };
    case "bare_repository":
      return {
        message: `this repository is bare, so it has no files to work on: ${failure.path}`,
        details: [],
        next: [`work in a clone of it: git clone ${shellWord(failure.path)} <folder>`],
      };
    case "no_commit":
      return {
        message: `this repository has no commits yet: ` +
          failure.root,
        details: [],
        next: ["create the first commit: git add -A && git commit -m 'First commit'"],
      };
    case "detached_head":
      return {
        message: `no branch is checked out (detached HEAD): ${failure.root}`,
        details: [],
        next: ["check one out: git switch <branch>", "or name it: parex execute --base <branch>"],
      };
    case "base_missing":
      return {
        message: `there is no branch ${failure.base}`,
        details: [],
        next: failure.suggestion === undefined
          ? ["list the branches: git branch --list", "or create it: git branch <name>"]
          : [`did you mean: parex execute --base ${shellWord(failure.suggestion)}`],
      };
    case "dirty_tree":
      return explainDirtyTree(failure);
    case "no_identity":
      return {
        message: "git does not know your name and e-mail address, so it cannot commit",
        details: linesOf(failure.detail),
        next: [
          "git config --global user.name '<your name>'",
          "git config --global user.email '<your address>'",
        ],
      };
    case "base_diverged":
      return explainDiverged(failure);
  }
}

function explainDirtyTree({ paths, total, inProgress, root }: Of<"dirty_tree">): Explanation {
  const details = atMost(paths.slice(0, LISTED), LISTED, total);
  if (inProgress !== undefined) {
    return {
      message: `a ${inProgress} is in progress: ${root}`,
      details,
      next: [`finish it: git ${inProgress} --continue`, `or abort it: git ${inProgress} --abort`],
    };
  }
  return {
    message: "there are uncommitted changes, which agents would not see: " +
      root,
    details,
    next: [
      "commit them: git add -A && git commit",
      // The plan may be untracked, too: without it there would be nothing to execute.
      "or stash them: git stash push -u -- :/ ':(top,exclude).parallel'",
      "or continue without them: parex execute --allow-dirty",
    ],
  };
}

function explainDiverged({ base, remote, onRemote, shallow }: Of<"base_diverged">): Explanation {
  const [branch, theirs] = [shellWord(base), shellWord(`${remote}/${onRemote}`)];
  if (shallow) {
    return {
      message: `no commit is known that ${base} and ${remote}/${onRemote} have in common`,
      details: [
        "This repository is shallow: its history was cut off by a clone or fetch with --depth.",
      ],
      next: [`fetch the rest of the history: git fetch --unshallow ${shellWord(remote)}`],
    };
  }
  return {
    message:
      `${base} and ${remote}/${onRemote} have diverged: each has commits that the other does not have`,
    details: ["parex can merge into them only after you have merged them."],
    next: [
      `git fetch ${shellWord(remote)} && git log --oneline --left-right ${branch}...${theirs}`,
      `merge them: git switch ${branch} && git merge ${theirs}`,
    ],
  };
}
