import type { TaskId } from "./task.ts";

/** What lies behind a task's borders, as it was at one moment. */
export interface Sight {
  /** By full names: what each ref names. */
  refs: ReadonlyMap<string, RefSight>;
  /** The checkout's HEAD as its file has it: `ref: refs/heads/main`, or a commit. */
  head: string;
  /** The checkout's index; changes when an entry does. */
  index: string;
  /** Files of the checkout that are not as HEAD has them, and the plan's, each with a stamp. */
  files: ReadonlyMap<string, string>;
  /** HEADs of other worktrees, by their folders' names. */
  heads: ReadonlyMap<string, string>;
  /** git's own files that lead it or that it runs, by paths; absent: not there. */
  gitFiles: ReadonlyMap<string, string>;
}

export interface RefSight {
  sha: string;
  /** It names another ref. */
  symbolic?: string | undefined;
}

/** A git command that a process of the task has run. */
export interface GitCommand {
  name: string;
  args: readonly string[];
  /** Where; absent: in no work tree. */
  worktree?: string | undefined;
}

/** A move of a ref, as its reflog has it, the newest first. */
export interface Move {
  to: string;
  message: string;
}

/** What is known of how one thing became another. */
export interface Facts {
  task: TaskId;
  /** Full name of the task's own branch. */
  branch: string;
  /** Full names of the other tasks' branches: their agents and parex move them. */
  others: ReadonlySet<string>;
  /** Absolute, in each spelling. */
  checkouts: ReadonlySet<string>;
  /** Full name of the checkout's branch. */
  checkedOut: string;
  /** What the task's processes did with git. */
  commands: readonly GitCommand[];
  /** The newest moves of a ref that is not where it was, or of a worktree's HEAD. */
  movesOf: (ref: string) => readonly Move[];
}

/** How what has changed is put back. Nothing is, where it is not as it was seen. */
export type Undo =
  | { kind: "ref"; ref: string; was?: RefSight | undefined; is?: RefSight | undefined }
  | { kind: "head"; was: string; is: string }
  | { kind: "index"; was: string; is: string }
  | { kind: "git_file"; path: string; is?: string | undefined };

/** Something behind a task's borders has changed. */
export interface Crossing {
  /** A sentence without its full stop. */
  what: string;
  /** Absent: it may have been the user, or there is nothing to put back. */
  undo?: Undo | undefined;
  /** Work of the task lies where it does not belong. */
  strays?: true | undefined;
}

const PAREX_REFS = "refs/parex/";
const BRANCHES = "refs/heads/";

/**
 * What has changed behind a task's borders, and was neither parex nor another task nor plainly the
 * user. Only what the task has plainly done, or what nobody does by hand, is to be put back.
 */
export function crossingsBetween(before: Sight, after: Sight, facts: Facts): Crossing[] {
  return [
    ...refCrossings(before, after, facts),
    ...headCrossing(before, after, facts),
    ...indexCrossing(before, after, facts),
    ...otherHeads(before, after, facts),
    ...fileCrossings(before, after, facts),
    ...gitFileCrossings(before, after),
  ];
}

type Who = "task" | "user" | "parex" | "nobody" | "other_task";

/** Some commands add what they did to the action's name, and some do not. */
function isBy(task: TaskId, message = ""): boolean {
  const action = `parex ${task}`;
  return message === action || message.startsWith(`${action}:`) || message.startsWith(`${action} `);
}

/** Who moved a ref from there to here. */
function moverOf(moves: readonly Move[], was: string | undefined, is: string, task: TaskId): Who {
  if (moves[0]?.to !== is) return "nobody";
  const until = moves.findIndex(({ to }) => to === was);
  const since = until < 0 ? moves : moves.slice(0, until);
  const whose = since.map(({ message }): Who => {
    if (isBy(task, message)) return "task";
    if (message.startsWith("parex:")) return "parex";
    if (message.startsWith("parex ")) return "other_task";
    return message === "" ? "nobody" : "user";
  });
  // What somebody else has added to is theirs as well.
  return whose.find((who) => who !== "task" && who !== "nobody") ??
    (whose.includes("task") ? "task" : "nobody");
}

function refCrossings(before: Sight, after: Sight, facts: Facts): Crossing[] {
  const names = new Set([...before.refs.keys(), ...after.refs.keys()]);
  return [...names].flatMap((ref) => {
    const was = before.refs.get(ref);
    const is = after.refs.get(ref);
    if (was?.sha === is?.sha && was?.symbolic === is?.symbolic) return [];
    return refCrossing(ref, was, is, facts);
  });
}

function refCrossing(
  ref: string,
  was: RefSight | undefined,
  is: RefSight | undefined,
  facts: Facts,
): Crossing[] {
  const undo = {
    kind: "ref",
    ref,
    was,
    is,
  } as const satisfies Undo;
  const name = shortName(ref);
  if (is?.symbolic !== was?.symbolic && is?.symbolic !== undefined && ref.startsWith(BRANCHES)) {
    return [{ what: `${name} was made another name of ${shortName(is.symbolic)}`, undo, strays }];
  }
  if (ref === facts.branch) return [];
  if (ref.startsWith(PAREX_REFS)) {
    if (!was) return []; // parex anchors work at any time
    return [{ what: `the rescue ref ${ref} was ${is ? "moved" : "deleted"}`, undo }];
  }
  if (ref === "refs/stash") {
    if (inCheckout(facts, STASH)) return [{ what: "work in the checkout was stashed", strays }];
    const isHeld = !was || facts.movesOf(ref).some(({ to }) => to === was.sha);
    return isHeld ? [] : [{ what: "a stash was taken off the list; it may have been you" }];
  }
  const byName = namesIt(facts.commands, ref) ||
    (ref === facts.checkedOut && inCheckout(facts, COMMIT_COMMANDS));
  if (!is) {
    if (facts.others.has(ref) && !byName) return [];
    return [{ what: `${name} was deleted`, undo: byName ? undo : undefined }];
  }
  const who = moverOf(facts.movesOf(ref), was?.sha, is.sha, facts.task);
  if (who === "parex" || who === "other_task") return [];
  if (!was) return newRef(ref, who, byName, undo, facts);
  if (facts.others.has(ref)) return who === "task" ? [{ what: moved(name), undo, strays }] : [];
  if (!ref.startsWith(BRANCHES)) {
    return who === "nobody" && byName ? [{ what: moved(name), undo }] : [];
  }
  if (who === "user" && !byName) return [];
  return [{ what: moved(name), undo, strays }];
}

const strays = true;

const STASH = new Set(["stash"]);

function moved(name: string): string {
  return `${name} was moved`;
}

/** Most are harmless: an agent's own branches are left for it, and fetched ones are anybody's. */
function newRef(ref: string, who: Who, byName: boolean, undo: Undo, facts: Facts): Crossing[] {
  if (facts.others.has(ref) || !(byName || who === "task")) return [];
  if (ref.startsWith(BRANCHES)) return [{ what: `${shortName(ref)} was created` }];
  return ref.startsWith("refs/remotes/") ? [] : [{ what: `${shortName(ref)} was created`, undo }];
}

/** Commands of git that change refs by names. */
const REF_COMMANDS = new Set(
  "branch tag update-ref symbolic-ref checkout switch fetch pull push replace notes reset".split(
    " ",
  ),
);

/** These move the branch that is checked out. */
const COMMIT_COMMANDS = new Set(
  "commit merge reset rebase pull cherry-pick revert am update-ref".split(" "),
);

/** Whether a command of the task's names a ref, or a kind of refs that has its own command. */
function namesIt(commands: readonly GitCommand[], ref: string): boolean {
  const short = ref.replace(/^refs\/(heads|tags|remotes)\//, "");
  return commands.some(({ name, args }) =>
    ref.startsWith(`refs/${name}/`) || REF_COMMANDS.has(name) &&
      args.some((arg) =>
        arg === ref || arg === short || arg.endsWith(`:${short}`) || arg.endsWith(`:${ref}`)
      )
  );
}

function headCrossing({ head: was }: Sight, { head: is }: Sight, facts: Facts): Crossing[] {
  if (was === is) return [];
  const isTasks = inCheckout(facts, HEAD_COMMANDS) ||
    isBy(facts.task, facts.movesOf("HEAD")[0]?.message);
  const what = `HEAD of the checkout was moved from ${headName(was)} to ${headName(is)}`;
  return isTasks ? [{ what, undo: { kind: "head", was, is }, strays }] : [];
}

const HEAD_COMMANDS = new Set(
  "checkout switch symbolic-ref update-ref rebase bisect reset".split(" "),
);

/** These leave a work tree and its index as they are, or only refresh it. */
const READS = new Set(
  ("status log show diff blame grep describe shortlog reflog ls-files ls-tree ls-remote rev-parse rev-list " +
    "cat-file for-each-ref branch tag config remote fetch push worktree version help merge-base " +
    "name-rev var archive bundle count-objects fsck check-ignore check-attr diff-index diff-files " +
    "diff-tree symbolic-ref update-ref hash-object show-ref").split(" "),
);

function inCheckout({ commands, checkouts }: Facts, names?: ReadonlySet<string>): boolean {
  return commands.some(({ name, worktree }) =>
    worktree !== undefined && checkouts.has(worktree) &&
    (names === undefined ? !READS.has(name) : names.has(name))
  );
}

function indexCrossing(before: Sight, after: Sight, facts: Facts): Crossing[] {
  const { index: was } = before;
  const { index: is } = after;
  if (was === is || !inCheckout(facts)) return [];
  const [old, now] = [before, after].map(({ refs }) => refs.get(facts.checkedOut)?.sha);
  // parex has landed there meanwhile.
  const who = old === now
    ? undefined
    : moverOf(facts.movesOf(facts.checkedOut), old, now ?? "", facts.task);
  if (who === "parex") return [];
  const what = "the index of the checkout was changed";
  return [{ what, undo: { kind: "index", was, is }, strays }];
}

function otherHeads(before: Sight, after: Sight, facts: Facts): Crossing[] {
  return [...before.heads].flatMap(([worktree, was]) => {
    const is = after.heads.get(worktree);
    if (is === was) return [];
    if (is === undefined) {
      const removed = facts.commands.some(({ name, args }) =>
        name === "worktree" && args.some((arg) => arg === "remove" || arg === "prune")
      );
      return removed ? [{ what: `the worktree ${worktree} was removed`, strays }] : [];
    }
    const ours = isBy(facts.task, facts.movesOf(`worktrees/${worktree}/HEAD`)[0]?.message);
    return ours ? [{ what: `HEAD of the worktree ${worktree} was moved`, strays }] : [];
  });
}

/** More are told by their number. */
const NAMED_FILES = 5;

function fileCrossings(before: Sight, after: Sight, facts: Facts): Crossing[] {
  const changed = [...new Set([...before.files.keys(), ...after.files.keys()])]
    .filter((path) => before.files.get(path) !== after.files.get(path));
  if (changed.length === 0) return [];
  const named = changed.slice(0, NAMED_FILES).join(", ");
  const more = changed.length > NAMED_FILES ? ` and ${changed.length - NAMED_FILES} more` : "";
  const whose = inCheckout(facts) ? "" : "; it may have been you";
  const what = `files of the checkout changed: ${named}${more}${whose}`;
  return [inCheckout(facts) ? { what, strays } : { what }];
}

function gitFileCrossings(before: Sight, after: Sight): Crossing[] {
  const paths = [...new Set([...before.gitFiles.keys(), ...after.gitFiles.keys()])];
  return paths.flatMap((path) => {
    const was = before.gitFiles.get(path);
    const is = after.gitFiles.get(path);
    if (was === is) return [];
    const did = was === undefined ? "created" : is === undefined ? "deleted" : "changed";
    const undo = { kind: "git_file", path, is } as const;
    const leads = /(^|\/)(\.git|gitdir|commondir)$/.test(path);
    return [{ what: `${path} was ${did}`, undo, strays: leads ? strays : undefined }];
  });
}

function shortName(ref: string): string {
  if (ref.startsWith(BRANCHES)) return `the branch ${ref.slice(BRANCHES.length)}`;
  return ref.startsWith("refs/tags/") ? `the tag ${ref.slice("refs/tags/".length)}` : ref;
}

function headName(head: string): string {
  return head.replace(/^ref: (refs\/heads\/)?/, "").slice(0, 60);
}
