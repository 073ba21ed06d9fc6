import type { Borders } from "./zones.ts";
import { has, readArguments, values } from "./options.ts";

/** A git command, with its global options taken apart. */
export interface GitCommand {
  subcommand: string;
  args: string[];
  /** Folders of `-C`, in their order. */
  folders: string[];
  /** `--git-dir` or `--work-tree`: another repository than the one it stands in. */
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
  ("blame cat-file check-attr check-ignore cherry count-objects describe diff diff-files " +
    "diff-index diff-tree for-each-ref fsck grep help log ls-files ls-remote ls-tree merge-base " +
    "merge-tree name-rev range-diff rev-list rev-parse shortlog show show-branch show-ref status " +
    "var verify-commit version whatchanged --version --help").split(" "),
);

/** Whether a git command changes nothing but its own output. */
export function onlyReads({ subcommand, args }: GitCommand): boolean {
  if (subcommand === "" || READING.has(subcommand)) return true;
  const read = readArguments(args);
  const first = read.operands[0];
  switch (subcommand) {
    case "branch":
      return listsBranches(args);
    case "tag":
      return args.length === 0 ||
        has(read, "-l", "--list", "--contains", "--points-at", "--sort", "-n");
    case "stash":
      return first === "list" || first === "show";
    case "worktree":
    case "notes":
    case "bundle":
      return first === "list" || first === "verify";
    case "remote":
      return first === undefined || first === "show" || first === "get-url";
    case "reflog":
      return first === undefined || (first !== "expire" && first !== "delete");
    case "submodule":
      return first === undefined || first === "status" || first === "summary";
    case "config":
      return readsConfig(args);
    case "symbolic-ref":
      return read.operands.length <= 1 && !has(read, "-d", "--delete");
    default:
      return false;
  }
}

function listsBranches(args: readonly string[]): boolean {
  const read = readArguments(args, ["--sort", "--format", "--contains", "--points-at"]);
  const lists = has(read, "-l", "--list", "--merged", "--no-merged", "--contains", "-a", "-r");
  const changes = has(read, "-d", "-D", "-m", "-M", "-c", "-C", "-f", "-u", "--delete", "--move") ||
    has(read, "--copy", "--force", "--set-upstream-to", "--unset-upstream", "--edit-description");
  return !changes && (lists || read.operands.length === 0);
}

function readsConfig(args: readonly string[]): boolean {
  const read = readArguments(args, ["--type", "--default", "-f", "--file"]);
  if (has(read, "--get", "--get-all", "--get-regexp", "--list", "-l", "--get-urlmatch")) {
    return true;
  }
  if (read.operands[0] === "get" || read.operands[0] === "list") return true;
  const changes = has(read, "--unset", "--unset-all", "--add", "--replace-all", "-e", "--edit") ||
    has(read, "--rename-section", "--remove-section");
  return !changes && read.operands.length === 1 && /\./.test(read.operands[0] ?? "");
}

/** Variables that make hook managers skip the repository's hooks. */
export const HOOK_SKIPPERS = [
  "HUSKY",
  "HUSKY_SKIP_HOOKS",
  "LEFTHOOK",
  "OVERCOMMIT_DISABLE",
  "SKIP",
];

/** Changes of the agent's own tree and branch. What is in none of the lists is denied. */
const OWN_WORK = new Set(
  "add am apply archive cherry-pick clean commit fetch init clone mv restore revert rm".split(" "),
);

const LANDING = "parex pushes the branch and lands it when its checks have passed. Commit your " +
  "work on the branch that you stand on, and end.";
const BRANCHES = "Stay on the branch of this worktree: other branches belong to other tasks.";

/**
 * Why an agent may not run this git command in its worktree, and what to do instead; undefined if it
 * may. `isPath` tells whether a word names something in the tree.
 */
export function gitRefusal(
  command: GitCommand,
  { branch }: Borders,
  isPath: (word: string) => boolean,
): string | undefined {
  const { subcommand, args, keys } = command;
  const key = keys.find((name) => /^(core\.(hookspath|worktree|bare)|alias\.)/.test(name));
  if (key !== undefined) return `Do not change git's ${key}: the repository's hooks must run.`;
  if (onlyReads(command)) return undefined;
  const read = readArguments(args, [
    "-m",
    "--message",
    "-F",
    "-C",
    "-c",
    "-u",
    "--author",
    "--date",
  ]);
  // git takes the beginning of a name for all of it.
  if (args.some((word) => word.startsWith("--no-veri"))) return HOOKS;
  const going = has(read, "--abort", "--continue", "--skip", "--quit");
  switch (subcommand) {
    case "commit":
      return has(read, "-n") ? HOOKS : undefined;
    case "push":
    case "send-pack":
      return `An agent does not push. ${LANDING}`;
    case "checkout":
    case "switch":
      return switches(subcommand, args, branch, isPath) ? switching(branch) : undefined;
    case "reset":
      return resetsAway(args, isPath)
        ? "Do not move this branch to another one. `git reset HEAD~1` or a commit's id goes back " +
          "within your own work; `git restore` brings back files."
        : undefined;
    case "merge":
    case "rebase":
      if (going || read.operands.every(isOwnHistory) && read.operands.length > 0) return undefined;
      return `Do not ${subcommand} other branches: parex brings the base in. ${BRANCHES}`;
    case "fetch":
      return read.operands.some((word) => word.includes(":") && !word.includes("//"))
        ? `Do not fetch into a branch. ${BRANCHES}`
        : undefined;
    case "submodule":
      return /^(update|init|sync)$/.test(read.operands[0] ?? "") ? undefined : otherwise(command);
    case "lfs":
      // `lfs install` changes hooks and settings that all worktrees share.
      return /^(|checkout|env|fetch|ls-files|pull|status|track|untrack|version)$/
          .test(read.operands[0] ?? "")
        ? undefined
        : otherwise(command);
    case "stash":
      return read.operands[0] === "create" ? undefined : STASH;
    default:
      return OWN_WORK.has(subcommand) ? undefined : DENIED[subcommand] ?? otherwise(command);
  }
}

export const HOOKS =
  "The repository's hooks must run: commit without --no-verify, and repair what a " +
  "hook refuses.";
const STASH = "The stash is shared by all worktrees, so another agent could take what you put " +
  "there. Commit unfinished work on your branch instead; `git show HEAD:<file>` and `git diff` " +
  "show the state before.";
const DENIED: Record<string, string> = {
  pull:
    "Do not pull: parex brings in what your task depends on. Work with what is in the worktree.",
  gc: "What all worktrees share is parex's to tidy up: other agents are using it.",
  branch: `Do not create, change or delete branches. ${BRANCHES}`,
  tag: "Do not create or delete tags: they are shared by all worktrees.",
  worktree: "Worktrees are parex's: work in the one that you stand in.",
  config: "git's configuration is shared by all worktrees: leave it as it is. " +
    "`git -c key=value …` sets a value for one command.",
  remote: "Remotes are shared by all worktrees: leave them as they are.",
};

function otherwise({ subcommand }: GitCommand): string {
  return `\`git ${subcommand}\` is not among what an agent may change. Use git add, commit, ` +
    "restore, rm, mv, revert or reset in this worktree.";
}

function switching(branch: string): string {
  return `Stay on ${branch}. \`git show other:file\` reads a file of another branch, and ` +
    "`git restore` or `git checkout -- file` bring back your own.";
}

/** Whether it leaves the branch; bringing files into the tree does not. */
function switches(
  subcommand: string,
  args: readonly string[],
  branch: string,
  isPath: (word: string) => boolean,
): boolean {
  if (subcommand === "checkout" && args.includes("--") && args.at(-1) !== "--") return false;
  const read = readArguments(args, ["-b", "-B", "-c", "-C", "--orphan", "--create"]);
  const creates = ["-b", "-B", "-c", "-C", "--orphan", "--create", "--detach", "-d"];
  if (values(read, ...creates).length > 0) return true;
  const [first, ...rest] = read.operands;
  if (first === undefined) return false;
  if (first === branch && rest.length === 0) return false;
  if (subcommand === "switch") return true;
  // With paths after a commit, or paths alone, files are brought into the tree.
  return rest.length > 0 ? !rest.every(isPath) : !isPath(first);
}

function resetsAway(args: readonly string[], isPath: (word: string) => boolean): boolean {
  const end = args.indexOf("--");
  const { operands } = readArguments(end < 0 ? args : args.slice(0, end));
  const [first] = operands;
  return first !== undefined && !isOwnHistory(first) && !isPath(first);
}

/** `HEAD~2`, `@^`, `ORIG_HEAD`, or a commit's id. */
function isOwnHistory(word: string): boolean {
  return /^(HEAD|@|ORIG_HEAD)([~^@{].*)?$/.test(word) || /^[0-9a-f]{7,40}[~^0-9]*$/.test(word);
}
