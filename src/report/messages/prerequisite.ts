import type { PrerequisiteFailure } from "../../domain/failure.ts";
import { CONFIG_PATH, planKeyOf } from "../../domain/names.ts";
import { shellWord } from "../escape.ts";
import { atMost, type Explanation, linesOf } from "./explanation.ts";

const LISTED = 10;

/** The machine or the repository is not ready. */
export function explainPrerequisite(failure: PrerequisiteFailure): Explanation {
  switch (failure.reason) {
    case "git_missing":
    case "git_too_old":
    case "agent_missing":
    case "sandbox_missing":
      return explainTool(failure);
    case "agent_refused":
      return explainRefusal(failure);
    case "base_red":
      return explainRedBase(failure);
    case "disk_full":
      return {
        message: `the disk is full: ${failure.path}`,
        details: linesOf(failure.detail),
        next: ["free some space: df -h; parex cleanup removes what has landed; then: parex resume"],
      };
    case "foreign_branch":
    case "foreign_worktree":
    case "worktree_elsewhere":
    case "branch_in_the_way":
      return explainOwnership(failure);
    case "remote_refused":
      return {
        message: `branches cannot be pushed to ${failure.remote}`,
        details: linesOf(failure.detail),
        next: [
          `see what is wrong: git push --dry-run -- ${shellWord(failure.remote)} HEAD`,
          "push elsewhere, to a fork of yours for example: git config remote.pushDefault <remote>",
          "or keep the work here: parex execute --no-push",
        ],
      };
    case "nested_run":
      return {
        message: `parex was started by the agent of ${failure.task}, within a run`,
        details: ["A run within a run would work on the same branches."],
        next: ["start parex from your own shell, not from an agent"],
      };
    case "journal_newer":
      return {
        message:
          `the journal of this run was written by a newer parex (version ${failure.version})`,
        details: [`journal: ${failure.path}`],
        next: ["update parex; this one is: parex --version"],
      };
    case "lock_held":
      return explainLock(failure);
    default:
      return explainRepository(failure);
  }
}

function explainLock({ pid, host, run, since, seen, path }: Of<"lock_held">): Explanation {
  return {
    message: `another run is in progress in this repository: process ${pid}` +
      (host === undefined ? "" : ` on ${host}`) +
      (run === undefined ? "" : `, run ${run}`) + `, since ${since}`,
    details: [
      `lock: ${path}`,
      ...(seen === undefined ? [] : [`last seen alive: ${seen}`]),
    ],
    next: [
      "see its progress: parex status",
      "follow it: parex watch",
      ...(seen === undefined
        ? []
        : ["if that machine is off, try again in a minute: parex then takes the lock over"]),
    ],
  };
}

type Of<R extends PrerequisiteFailure["reason"]> = Extract<PrerequisiteFailure, { reason: R }>;

function explainTool(
  failure: Of<"git_missing" | "git_too_old" | "agent_missing" | "sandbox_missing">,
): Explanation {
  switch (failure.reason) {
    case "git_missing":
      return {
        message: "git is not installed or not on the PATH",
        details: [],
        next: ["install git, then check: git --version"],
      };
    case "git_too_old":
      return {
        message: `git ${failure.found} is too old; parex needs ${failure.needed} or later`,
        details: [],
        next: ["update git, then check: git --version"],
      };
    case "sandbox_missing":
      return {
        message: "--sandbox cannot be used here",
        details: linesOf(failure.detail),
        next: [
          "on Linux, install bubblewrap (apt install bubblewrap, dnf install bubblewrap), then check: " +
          "bwrap --version",
          "or leave out --sandbox: agents and checks then run with your permissions",
        ],
      };
    case "agent_missing":
      return {
        message: `cannot start the agent ${failure.agent}: ${failure.command} was not found`,
        details: [],
        next: [
          `install it, or add its folder to the PATH: command -v ${shellWord(failure.command)}`,
          "or use another agent: parex execute --agent command --agent-command '<command>'",
        ],
      };
  }
}

/** No attempt of the agent can work: what the account lacks, and how a person mends it. */
function explainRefusal({ agent, why, detail }: Of<"agent_refused">): Explanation {
  const details = linesOf(detail);
  switch (why) {
    case "not_logged_in":
      return {
        message: `${agent} is not logged in`,
        details,
        next: [`log in: start ${agent} once by hand, or set its API key; then: parex resume`],
      };
    case "key_refused":
      return {
        message: `the API rejected ${agent}'s key or login`,
        details,
        next: [`log in to ${agent} again, or set a valid API key; then: parex resume`],
      };
    case "unknown_model":
      return {
        message: `${agent} cannot use this model`,
        details,
        next: ["name a model that the account has: parex resume --model NAME"],
      };
    case "program_missing":
      return {
        message: `the program of the agent ${agent} was not found`,
        details,
        next: ["install it again, or correct the command; then: parex resume"],
      };
    case "unreachable":
      return {
        message: `${agent} cannot reach its API`,
        details,
        next: ["check the network, a proxy or a VPN; then: parex resume"],
      };
    case "no_money":
      return {
        message: `the account of ${agent} has no money left`,
        details,
        next: ["add credit, or take another account; then: parex resume"],
      };
  }
}

/** No agent is paid to repair what no task has broken. */
function explainRedBase({ base, sha, check, failed, untracked }: Of<"base_red">): Explanation {
  const log = failed.log === undefined ? [] : [`all of its output: ${failed.log}`];
  return {
    message: `${base} fails its own ${check} at ${sha.slice(0, 10)}: ${failed.command} ` +
      (failed.exitCode === null ? "did not end" : `ended with exit code ${failed.exitCode}`),
    details: [
      ...linesOf(failed.tail),
      ...log,
      ...(untracked === undefined
        ? []
        : [`git does not track, so worktrees do not have: ${untracked.join(", ")}`]),
    ],
    next: [
      ...(untracked === undefined ? [] : [
        `if it passes in your checkout: list them under copy: in ${CONFIG_PATH}, or commit them`,
      ]),
      `repair ${base} and commit that; then: parex resume`,
      "or continue although it fails: parex resume --allow-red-base",
    ],
  };
}

function explainRepository(
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

function explainOwnership(
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
