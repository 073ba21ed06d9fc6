import { UNKNOWN } from "./paths.ts";

/** A git command, with its global options taken apart. */
export interface GitCommand {
  subcommand: string;
  args: string[];
  /** Folders of `-C`, in their order. */
  folders: string[];
  /** `--git-dir` or `--work-tree`: another repository than the one of the folder. */
  elsewhere: boolean;
  /** Keys of `-c key=value`. */
  keys: string[];
}

export function readGit(args: readonly string[]): GitCommand {
  const read: GitCommand = { subcommand: "", args: [], folders: [], elsewhere: false, keys: [] };
  let at = 0;
  for (; at < args.length && args[at]?.startsWith("-"); at++) {
    const word = args[at] ?? "";
    if (word === "-C") read.folders.push(args[++at] ?? "");
    else if (word === "-c") read.keys.push((args[++at] ?? "").split("=")[0]?.toLowerCase() ?? "");
    else if (/^--(git-dir|work-tree)/.test(word)) {
      read.elsewhere = true;
      if (!word.includes("=")) at++;
    }
  }
  return { ...read, subcommand: args[at] ?? "", args: args.slice(at + 1) };
}

/** Subcommands that change nothing but their own output. */
const READS =
  /^(|annotate|blame|cat-file|check-\w+|cherry|count-objects|describe|diff(-\w+)?|for-each-ref|fsck|grep|help|log|ls-\w+|merge-base|merge-tree|name-rev|range-diff|rev-list|rev-parse|shortlog|show(-\w+)?|status|var|version|whatchanged)$/;
/** Those that read with some words and change with others. */
const BOTH = /^(branch|config|reflog|remote|stash|symbolic-ref|tag|worktree)$/;

/** Variables that make hook managers skip the repository's hooks. */
export const HOOK_SKIPPERS = [
  "HUSKY",
  "HUSKY_SKIP_HOOKS",
  "LEFTHOOK",
  "OVERCOMMIT_DISABLE",
  "SKIP",
];

export const HOOKS_MUST_RUN =
  "The repository's hooks must run: commit without --no-verify or what else skips them, and fix " +
  "what a hook refuses.";
const LANDING = "parex pushes the branch and lands it when its checks have passed: commit your " +
  "work on the branch of this worktree, and finish.";
const BRANCHES = "Stay on the branch of this worktree: other branches belong to other tasks.";
const SHARED = "All worktrees share it, and other agents are using it: leave it as it is.";
const PUSHING = `An agent does not push. ${LANDING}`;

/** Of a subcommand and its words; undefined allows it. The first that matches counts. */
const RULES: [RegExp, string | undefined][] = [
  [/^(push|send-pack|send-email|lfs push|subtree push)\b/, PUSHING],
  [/^(commit|merge|rebase|am|cherry-pick|revert)\b.* --no-veri/, HOOKS_MUST_RUN],
  [/^commit\b(?:.* )?-[aopqsv]*n/, HOOKS_MUST_RUN],
  [/^pull\b/, `Do not pull: parex brings in what your task depends on. ${LANDING}`],
  [/^branch( -\S+)*$(?<! (-[dDmMcCu]|--(delete|move|copy|edit-description)))/, undefined],
  [/^branch .*(-[alr]\b|--(list|contains|merged|no-merged|points-at|show-current))/, undefined],
  [/^branch /, `Do not create, change or delete branches. ${BRANCHES}`],
  [
    /^tag(?= )(?! (-l|-n|--(list|sort|contains|points-at|merged|format)))/,
    "Do not create or delete tags: all worktrees share them. Name the tag in your last message.",
  ],
  [
    /^worktree (?!list)/,
    "parex makes and removes worktrees. Work in this one; for another version of a file, " +
    "`git show <commit>:<file>`.",
  ],
  [/^config .*(--get|--list|-l\b)|^config (get|list)\b/, undefined],
  [/^config (--(global|local|system|worktree|bool|int|path) )*[^-\s]\S*$/, undefined],
  [
    /^config |^lfs install/,
    "All worktrees share git's configuration. `git -c key=value …` sets a value for one command.",
  ],
  [
    /^remote (?!-v|show|get-url)/,
    "All worktrees share the remotes: leave them. `git fetch <url>` needs none.",
  ],
  [
    /^stash(?! (list|show|create))/,
    "All worktrees share the stash: another agent could take what you put there. Commit " +
    "unfinished work on your branch instead (`git reset --soft HEAD~1` takes such a commit back); " +
    "`git show HEAD:<file>` is the state before.",
  ],
  [/^symbolic-ref( -\S+)* \S+$(?<!-d \S+)/, undefined],
  [/^(symbolic-ref|update-ref)\b/, `Do not change refs by hand. ${BRANCHES}`],
  [/^filter-(branch|repo)\b/, `Do not rewrite branches. ${BRANCHES}`],
  [/^(gc|prune|repack|maintenance)\b/, `Do not tidy up git's objects. ${SHARED}`],
  [/^reflog (expire|delete)/, `Do not delete from git's reflogs. ${SHARED}`],
  [/^replace /, `Do not replace git's objects. ${SHARED}`],
  [
    /^fetch .*--(dep|deepen|shallow|update-sh)/,
    "A fetch with this option makes the whole repository shallow, for all worktrees. Fetch " +
    "without it; if the repository is shallow already, use `--unshallow`.",
  ],
  [
    /^fetch(?:.*) \+?[^\s:@]*:[^/\s]/,
    `Do not fetch into a branch: fetch without the part after the colon. ${BRANCHES}`,
  ],
  [/^(merge|rebase) .*--(abort|continue|skip|quit)/, undefined],
];

export function onlyReads({ subcommand, args }: GitCommand): boolean {
  return READS.test(subcommand) || BOTH.test(subcommand) && !ruleFor(subcommand, args)?.[1];
}

function ruleFor(subcommand: string, args: readonly string[]) {
  // A word with blanks is text, such as a message.
  const words = args.map((word) => /\s/.test(word) ? "…" : word);
  const line = [subcommand, ...words].join(" ");
  return RULES.find(([pattern]) => pattern.test(line));
}

/**
 * Why an agent may not run this git command in its worktree, and what to do instead; undefined if
 * it may. `isPath` returns whether a word names something in the tree.
 */
export function gitRefusal(
  { subcommand, args, keys }: GitCommand,
  branch: string,
  isPath: (word: string) => boolean,
): string | undefined {
  if (keys.includes("core.hookspath")) return HOOKS_MUST_RUN;
  const rule = ruleFor(subcommand, args);
  if (rule) return rule[1];
  const operands = args.filter((word) => !word.startsWith("-"));
  const [first = ""] = operands;
  switch (subcommand) {
    case "checkout":
    case "switch":
      return leavesBranch(subcommand, args, operands, branch, isPath)
        ? `Stay on ${branch}. \`git show <branch>:<file>\` reads a file of another branch, and ` +
          "`git restore <file>` or `git checkout -- <file>` bring back your own."
        : undefined;
    case "reset":
      if (first === "" || args[args.indexOf(first) - 1] === "--") return undefined;
      return isOwnHistory(first) || isPath(first)
        ? undefined
        : "Do not move this branch to another one. `git reset HEAD~1` or a commit's id goes back " +
          "within your own work; `git restore <file>` brings back files.";
    case "merge":
    case "rebase":
      return operands.every(isOwnHistory)
        ? undefined
        : `Do not ${subcommand} other branches: parex brings in the base. ${LANDING}`;
  }
}

/** Whether it leaves the branch; bringing files into the tree does not. */
function leavesBranch(
  subcommand: string,
  args: readonly string[],
  operands: readonly string[],
  branch: string,
  isPath: (word: string) => boolean,
): boolean {
  if (args.some((word) => /^(-[bBcCd]|--detach|--orphan|--create)$/.test(word))) return true;
  const [first, ...rest] = args.includes("-") ? ["-"] : operands;
  if (first === undefined || first === branch) return false;
  if (subcommand === "switch") return true;
  if (args.some((word) => /^(--|-p|--patch|--pathspec-from-file.*)$/.test(word))) return false;
  // With paths after a commit, or only paths, it restores files.
  if (first.includes(UNKNOWN)) return false;
  return rest.length > 0 ? !rest.every(isPath) : !isPath(first);
}

/** `HEAD~2`, `@^`, `ORIG_HEAD`, a commit's id, or what is known only at run time. */
function isOwnHistory(word: string): boolean {
  return /^(HEAD|@|ORIG_HEAD)([~^@{].*)?$/.test(word) || /^[0-9a-f]{7,40}[~^0-9]*$/.test(word) ||
    word.includes(UNKNOWN);
}
