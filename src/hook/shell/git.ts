import { has, readArguments, values } from "./options.ts";
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

const READING = new Set(
  ("annotate blame cat-file check-attr check-ignore cherry count-objects describe diff diff-files " +
    "diff-index diff-tree for-each-ref fsck grep help log ls-files ls-remote ls-tree merge-base " +
    "merge-tree name-rev range-diff rev-list rev-parse shortlog show show-branch show-ref status " +
    "var verify-commit version whatchanged --version --help").split(" "),
);

/** Whether a git command changes nothing but its own output. */
export function onlyReads({ subcommand, args }: GitCommand): boolean {
  if (subcommand === "" || READING.has(subcommand)) return true;
  const read = readArguments(args, VALUED.get(subcommand));
  const [first] = read.operands;
  switch (subcommand) {
    case "branch":
      return !has(read, ..."-d -D -m -M -c -C -f -u --delete --move --copy --force".split(" ")) &&
        !has(read, "--set-upstream-to", "--unset-upstream", "--edit-description") &&
        (first === undefined || has(read, ..."-l -a -r --list --contains --merged".split(" ")) ||
          has(read, "--no-merged", "--points-at", "--show-current"));
    case "tag":
      return first === undefined || has(read, "-l", "--list", "-n", "--contains", "--points-at");
    case "config":
      return /^(get|list)$/.test(first ?? "") || has(read, "-l", "--list") ||
        [...read.options.keys()].some((name) => name.startsWith("--get")) ||
        (read.operands.length === 1 && !has(read, "--unset", "--unset-all", "-e", "--edit") &&
          !has(read, "--remove-section"));
    case "remote":
      return first === undefined || /^(show|get-url)$/.test(first);
    case "stash":
      return /^(list|show|create)$/.test(first ?? "");
    case "worktree":
      return first === "list";
    case "reflog":
      return first !== "expire" && first !== "delete";
    case "symbolic-ref":
      return read.operands.length <= 1 && !has(read, "-d", "--delete");
    default:
      return false;
  }
}

const VALUED = new Map<string, string[]>(Object.entries({
  branch: ["--sort", "--format", "--contains", "--points-at", "--merged", "--no-merged", "-u"],
  tag: ["--sort", "--format", "--contains", "--points-at", "-m", "-u"],
  config: ["--type", "--default", "-f", "--file"],
  commit: [
    "-m",
    "-F",
    "-C",
    "-c",
    "-t",
    "--message",
    "--author",
    "--date",
    "--file",
    "--fixup",
    "-u",
    "-S",
  ],
  fetch: ["-o", "-j"],
  checkout: ["-b", "-B", "--orphan"],
  switch: ["-c", "-C", "--orphan", "--create"],
}));

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

const REFUSED = new Map<string, string>(Object.entries({
  push: PUSHING,
  "send-pack": PUSHING,
  "send-email": PUSHING,
  pull: `Do not pull: parex brings in what your task depends on. ${LANDING}`,
  branch: `Do not create, change or delete branches. ${BRANCHES}`,
  tag: "Do not create or delete tags: all worktrees share them. Name the tag in your last message.",
  worktree: "parex makes and removes worktrees. Work in this one; for another version of a file, " +
    "`git show <commit>:<file>`.",
  config: "All worktrees share git's configuration. `git -c key=value …` sets a value for one " +
    "command.",
  remote: "All worktrees share the remotes: leave them. `git fetch <url>` needs none.",
  stash: "All worktrees share the stash: another agent could take what you put there. Commit " +
    "unfinished work on your branch instead (`git reset --soft HEAD~1` takes such a commit back); " +
    "`git show HEAD:<file>` is the state before.",
  "symbolic-ref": `Do not change refs by hand. ${BRANCHES}`,
  "update-ref": `Do not change refs by hand. ${BRANCHES}`,
  "filter-branch": `Do not rewrite branches. ${BRANCHES}`,
  "filter-repo": `Do not rewrite branches. ${BRANCHES}`,
  gc: `Do not tidy up git's objects. ${SHARED}`,
  prune: `Do not tidy up git's objects. ${SHARED}`,
  repack: `Do not tidy up git's objects. ${SHARED}`,
  maintenance: `Do not tidy up git's objects. ${SHARED}`,
  reflog: `Do not delete from git's reflogs. ${SHARED}`,
  replace: `Do not replace git's objects. ${SHARED}`,
}));

/**
 * Why an agent may not run this git command in its worktree, and what to do instead; undefined if
 * it may. `isPath` returns whether a word names something in the tree.
 */
export function gitRefusal(
  command: GitCommand,
  branch: string,
  isPath: (word: string) => boolean,
): string | undefined {
  const { subcommand, args, keys } = command;
  if (keys.some((key) => /^core\.hookspath$/.test(key))) return HOOKS_MUST_RUN;
  if (onlyReads(command)) return undefined;
  const refused = REFUSED.get(subcommand);
  if (refused !== undefined) return refused;
  const read = readArguments(args, VALUED.get(subcommand));
  const { operands } = read;
  // git takes the beginning of a name for all of it.
  if ([...read.options.keys()].some((name) => name.startsWith("--no-veri"))) return HOOKS_MUST_RUN;
  switch (subcommand) {
    case "commit":
      return has(read, "-n") ? HOOKS_MUST_RUN : undefined;
    case "checkout":
    case "switch":
      return leavesBranch(command, branch, isPath)
        ? `Stay on ${branch}. \`git show <branch>:<file>\` reads a file of another branch, and ` +
          "`git restore <file>` or `git checkout -- <file>` bring back your own."
        : undefined;
    case "reset": {
      const [first] = args.includes("--") ? args.slice(0, args.indexOf("--")) : operands;
      if (first === undefined || first.startsWith("-") || isOwnHistory(first) || isPath(first)) {
        return undefined;
      }
      return "Do not move this branch to another one. `git reset HEAD~1` or a commit's id goes back " +
        "within your own work; `git restore <file>` brings back files.";
    }
    case "merge":
    case "rebase":
      if (has(read, "--abort", "--continue", "--skip", "--quit") || operands.every(isOwnHistory)) {
        return undefined;
      }
      return `Do not ${subcommand} other branches: parex brings in the base. ${LANDING}`;
    case "fetch":
      if ([...read.options.keys()].some((name) => /^--(dep|deepen|shallow|update-sh)/.test(name))) {
        return "A fetch with this option makes the whole repository shallow, for all worktrees. " +
          "Fetch without it; if the repository is shallow already, use `--unshallow`.";
      }
      return operands.some((word) => /^\+?[^:]*:[^/]/.test(word) && !word.includes("@"))
        ? `Do not fetch into a branch: fetch without the part after the colon. ${BRANCHES}`
        : undefined;
    case "lfs":
    case "subtree":
      if (operands[0] === "push") return PUSHING;
      return subcommand === "lfs" && operands[0] === "install" ? REFUSED.get("config") : undefined;
  }
}

/** Whether it leaves the branch; bringing files into the tree does not. */
function leavesBranch(
  { subcommand, args }: GitCommand,
  branch: string,
  isPath: (word: string) => boolean,
): boolean {
  const valued = VALUED.get(subcommand) ?? [];
  const read = readArguments(args, valued);
  if (values(read, ...valued).length > 0 || has(read, "--detach", "-d")) return true;
  const [first, ...rest] = read.operands;
  if (subcommand === "switch") return first !== undefined && first !== branch;
  if (args.includes("--") || has(read, "--pathspec-from-file", "-p", "--patch")) return false;
  // With paths after a commit, or only paths, it restores files.
  if (first === undefined || first === branch || first.includes(UNKNOWN)) return false;
  return rest.length > 0 ? !rest.every(isPath) : first === "-" || !isPath(first);
}

/** `HEAD~2`, `@^`, `ORIG_HEAD`, a commit's id, or what is known only at run time. */
function isOwnHistory(word: string): boolean {
  return /^(HEAD|@|ORIG_HEAD)([~^@{].*)?$/.test(word) || /^[0-9a-f]{7,40}[~^0-9]*$/.test(word) ||
    word.includes(UNKNOWN);
}
