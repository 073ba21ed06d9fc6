import { basename, dirname, join, relative } from "node:path";
import type { GitCommand, Move, RefSight, Sight, Undo } from "../domain/borders.ts";
import { isAbsent, isWithin } from "../util/files.ts";
import { recordAt, textAt } from "../util/json_values.ts";
import { entries, Git } from "./git.ts";
import type { Repository } from "./repository.ts";
import type { Worktree } from "./worktree.ts";

/** What was seen, with what is needed to restore it. */
export interface Look {
  sight: Sight;
  index: { path: string; stamp: string; bytes?: Uint8Array };
}

const STATUS_TIMEOUT_MS = 10_000;
const TRACE_BYTES = 32 * 1024 * 1024;
const INDEX_BYTES = 64 * 1024 * 1024;
const FILE_BYTES = 1024 * 1024;

/** A plan in the checkout, where parex itself writes. Absolute. */
export interface PlanPaths {
  folder: string;
  /** Files in which only the status may change. */
  files: readonly string[];
}

/** Looks at what is outside of a worktree: two git commands, everything else from files. */
export async function lookAcross(worktree: Worktree, plan: PlanPaths): Promise<Look> {
  const { repo } = worktree;
  const checkoutDir = checkoutDirOf(repo);
  const [refs, files] = await Promise.all([refsOf(repo), changedFiles(repo, plan)]);
  const index = indexOf(join(checkoutDir, "index"));
  return {
    sight: {
      refs,
      files,
      head: textIn(join(checkoutDir, "HEAD")) ?? "",
      index: index.stamp,
      heads: headsOf(repo, worktree),
      gitFiles: gitFilesOf(repo, worktree),
    },
    index,
  };
}

function checkoutDirOf({ root, commonDir }: Repository): string {
  const pointer = join(root, ".git");
  if (Deno.lstatSync(pointer).isDirectory) return pointer;
  const text = textIn(pointer) ?? "";
  return text.startsWith("gitdir: /") ? text.slice("gitdir: ".length) : commonDir;
}

async function refsOf(repo: Repository): Promise<Map<string, RefSight>> {
  const listed = await repo.git(["for-each-ref", "--format=%(refname) %(objectname) %(symref)"]);
  return new Map(
    listed.split("\n").filter((line) => line !== "").map((line) => {
      const [ref = "", sha = "", symbolic = ""] = line.split(" ");
      return [ref, { sha, symbolic: symbolic || undefined }];
    }),
  );
}

/** Nothing if it would take too long to find out. */
async function changedFiles(
  repo: Repository,
  plan: PlanPaths,
): Promise<Map<string, string>> {
  const args = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal"];
  const listed = await repo.result(args, { timeoutMs: STATUS_TIMEOUT_MS });
  const changed = listed.code === 0 ? entries(listed.stdout).map((entry) => entry.slice(3)) : [];
  const others = changed.filter((path) => !isWithin(join(repo.root, path), plan.folder));
  return new Map([
    ...others.map((path) => [path, stampAt(join(repo.root, path))] as const),
    ...plan.files.map((path) => [relative(repo.root, path), withoutStatus(path)] as const),
  ]);
}

function withoutStatus(path: string): string {
  return textIn(path)?.replaceAll(/^status:.*\r?\n?/gm, "") ?? "";
}

function indexOf(path: string): Look["index"] {
  const stamp = stampAt(path);
  try {
    return Deno.lstatSync(path).size > INDEX_BYTES
      ? { path, stamp }
      : { path, stamp, bytes: Deno.readFileSync(path) };
  } catch {
    return { path, stamp };
  }
}

/**
 * Removes false differences between two looks: an index that git has only refreshed, as each `git status` of
 * the user's does, counts as unchanged.
 */
export async function settled(repo: Repository, before: Look, after: Look): Promise<Look> {
  const { bytes: was } = before.index;
  const { bytes: is } = after.index;
  if (before.index.stamp === after.index.stamp || !was || !is) return withIndex(before, after);
  const [old, now] = [await indexEntries(repo, was), await indexEntries(repo, is)];
  return old === now ? withIndex(before, after) : after;
}

function withIndex({ sight: { index } }: Look, after: Look): Look {
  return { ...after, sight: { ...after.sight, index } };
}

async function indexEntries(repo: Repository, bytes: Uint8Array): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "parex-index-" });
  try {
    await Deno.writeFile(file, bytes);
    return await repo.git(["ls-files", "-s", "-z"], { env: { GIT_INDEX_FILE: file } });
  } finally {
    await Deno.remove(file);
  }
}

function worktreeDirs({ commonDir }: Repository): string[] {
  try {
    const folder = join(commonDir, "worktrees");
    return [...Deno.readDirSync(folder)].map(({ name }) => join(folder, name));
  } catch {
    return []; // none
  }
}

/** git's folder of the worktree, also where the task has removed the pointer to it. */
function ownDir({ commonDir }: Repository, { task }: Worktree): string {
  return join(commonDir, "worktrees", task);
}

/** Of the other worktrees: what the task does to its own HEAD is looked at when its work is committed. */
function headsOf(repo: Repository, worktree: Worktree): Map<string, string> {
  const own = ownDir(repo, worktree);
  return new Map(
    worktreeDirs(repo).filter((folder) => folder !== own).flatMap((folder) => {
      const head = textIn(join(folder, "HEAD"));
      return head === undefined ? [] : [[basename(folder), head] as const];
    }),
  );
}

/** The files by which git finds a worktree's repository, and the repository the worktree. */
export function pointersOf(worktree: Worktree): string[] {
  const own = ownDir(worktree.repo, worktree);
  return [join(worktree.path, ".git"), join(own, "gitdir"), join(own, "commondir")];
}

/** By path; without the files that parex creates for new worktrees. */
function gitFilesOf({ commonDir }: Repository, worktree: Worktree): Map<string, string> {
  const paths = [
    ...["config", "config.worktree", "shallow", "objects/info/alternates"].map((name) =>
      join(commonDir, name)
    ),
    ...namesIn(join(commonDir, "hooks")).filter((name) => !name.endsWith(".sample")),
    ...namesIn(join(commonDir, "info")).filter((name) => !/\.parex-\d+$/.test(name)),
    ...pointersOf(worktree),
  ];
  return new Map(paths.flatMap((path) => {
    const seen = seenAt(path);
    return seen === undefined ? [] : [[path, seen] as const];
  }));
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].filter(({ isDirectory }) => !isDirectory)
      .map(({ name }) => join(folder, name));
  } catch {
    return []; // none
  }
}

const BYTES = "iso-8859-1"; // each byte is a character of its own

/** A fingerprint: kind, mode and content, without what parex itself writes there. */
function seenAt(path: string): string | undefined {
  try {
    const about = Deno.lstatSync(path);
    if (about.isSymlink) return `link ${Deno.readLinkSync(path)}`;
    if (!about.isFile || about.size > FILE_BYTES) return `${about.size} ${about.mtime?.getTime()}`;
    const text = new TextDecoder(BYTES).decode(Deno.readFileSync(path));
    return `${(about.mode ?? 0) & 0o777} ${parted(path, text).rest}`;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Splits one of git's files into what parex writes and everything else. */
function parted(path: string, text: string): { own: string; rest: string } {
  // The plan that a branch belongs to.
  if (basename(path) === "config") return split(text, /^(?=[ \t]*\[)/m, /^[ \t]*\[branch[ \t."]/i);
  // The patterns that keep worktrees out of commits.
  if (basename(path) === "exclude") return split(text, /(?<=\n)/, /worktrees\b|parex/);
  return { own: "", rest: text };
}

function split(text: string, at: RegExp, own: RegExp): { own: string; rest: string } {
  const parts = text.split(at);
  return {
    own: parts.filter((part) => own.test(part)).join(""),
    rest: parts.filter((part) => !own.test(part)).join(""),
  };
}

/** The newest reflog entries of a ref; none if git keeps no reflog. */
export async function movesOf(repo: Repository, ref: string): Promise<Move[]> {
  const linked = /^worktrees\/(.+)\/HEAD$/.exec(ref)?.[1];
  const of = linked === undefined ? [] : ["--git-dir", join(repo.commonDir, "worktrees", linked)];
  const args = ["reflog", "show", "-n", "200", "--format=%H%x09%gs"];
  const shown = await repo.result([...of, ...args, linked === undefined ? ref : "HEAD", "--"]);
  if (shown.code !== 0) return [];
  return shown.stdout.split("\n").filter((line) => line !== "").map((line) => {
    const [to = "", message = ""] = line.split("\t");
    return { to, message };
  });
}

/** Variables that make every git of a process record its commands. */
export function traceEnv(file: string): Record<string, string> {
  return { GIT_TRACE2_EVENT: file, GIT_TRACE2_EVENT_NESTING: "1" };
}

/** The recorded commands. */
export function commandsIn(file: string): GitCommand[] {
  const found = new Map<string, { name: string; args: string[]; worktree?: string | undefined }>();
  for (const line of traceLines(file)) {
    const event = parsed(line);
    const sid = textAt(event, "sid") ?? "";
    const command = found.get(sid) ?? { name: "", args: [] };
    found.set(sid, command);
    if (event.event === "start" && Array.isArray(event.argv)) command.args = event.argv.map(String);
    if (event.event === "cmd_name") command.name = textAt(event, "name") ?? "";
    const worktree = event.event === "def_repo" ? textAt(event, "worktree") : undefined;
    if (worktree !== undefined) command.worktree = worktree;
  }
  return [...found.values()].filter(({ name }) => name !== "");
}

const WANTED = /^\{"event":"(?:start|cmd_name|def_repo)"/;

function traceLines(file: string): string[] {
  try {
    const about = Deno.lstatSync(file);
    if (!about.isFile || about.size > TRACE_BYTES) return [];
    return Deno.readTextFileSync(file).split("\n").filter((line) => WANTED.test(line));
  } catch {
    return []; // no git was run
  }
}

function parsed(line: string): Record<string, unknown> {
  try {
    return recordAt({ line: JSON.parse(line) }, "line");
  } catch {
    return {}; // written half
  }
}

/**
 * Restores what nobody has changed since it was seen; returns whether it did. `keep`: for files that are
 * removed.
 */
export async function putBack(
  repo: Repository,
  undo: Undo,
  { before, after, keep }: { before: Look; after: Look; keep: string },
): Promise<boolean> {
  switch (undo.kind) {
    case "ref":
      return await putRefBack(repo, undo);
    case "head":
      return await putHeadBack(repo, undo);
    case "index":
      return putIndexBack(before, after);
    case "git_file":
      return putFileBack(undo, before.sight.gitFiles.get(undo.path), keep);
  }
}

const WHY = ["-m", "parex: put back"];

async function putRefBack(
  repo: Repository,
  { ref, was, is }: Extract<Undo, { kind: "ref" }>,
): Promise<boolean> {
  if (is?.symbolic !== undefined && was?.symbolic === undefined) {
    const names = await repo.maybe(["symbolic-ref", "--quiet", ref]);
    if (names !== is.symbolic) return false;
    // Commits made under this name stay on it; the branch that it named is restored separately.
    return await succeeds(repo, ["update-ref", ...WHY, "--no-deref", ref, is.sha]);
  }
  const change = was ? ["update-ref", ...WHY] : ["update-ref", "-d"];
  const values = was ? [was.sha, is?.sha ?? ""] : [is?.sha ?? ""];
  return await succeeds(repo, [...change, ref, ...values]);
}

async function putHeadBack(
  repo: Repository,
  { was, is }: Extract<Undo, { kind: "head" }>,
): Promise<boolean> {
  if (textIn(join(checkoutDirOf(repo), "HEAD")) !== is) return false;
  return await succeeds(
    repo,
    was.startsWith("ref: ")
      ? ["symbolic-ref", ...WHY, "HEAD", was.slice("ref: ".length)]
      : ["update-ref", ...WHY, "--no-deref", "HEAD", was],
  );
}

async function succeeds(git: Git, args: string[]): Promise<boolean> {
  return (await git.result(args)).code === 0;
}

/** Under git's own lock. */
function putIndexBack({ index: { bytes, path } }: Look, { index: is }: Look): boolean {
  if (!bytes) return false;
  const lock = `${path}.lock`;
  try {
    Deno.writeFileSync(lock, bytes, { createNew: true });
  } catch {
    return false; // another git is at work there
  }
  if (stampAt(path) === is.stamp) {
    Deno.renameSync(lock, path);
    return true;
  }
  Deno.removeSync(lock);
  return false;
}

/** A file in the way is kept in parex's own folder: it may be somebody's work. */
function putFileBack(
  { path, is }: Extract<Undo, { kind: "git_file" }>,
  was: string | undefined,
  keep: string,
): boolean {
  if (seenAt(path) !== is) return false;
  // A repository that somebody made there may hold work.
  if (is !== undefined && Deno.lstatSync(path).isDirectory) return false;
  const own = is === undefined || is.startsWith("link ")
    ? ""
    : parted(path, new TextDecoder(BYTES).decode(Deno.readFileSync(path))).own;
  Deno.mkdirSync(keep, { recursive: true, mode: 0o700 });
  if (is !== undefined && !is.startsWith("link ") && /^\d+ /.test(is)) {
    Deno.copyFileSync(path, join(keep, basename(path)));
  }
  if (was === undefined) {
    Deno.removeSync(path);
    return true;
  }
  const next = `${path}.parex-${Deno.pid}`;
  if (was.startsWith("link ")) {
    Deno.symlinkSync(was.slice("link ".length), next);
  } else {
    const [, mode = "", text = ""] = /^(\d+) ([^]*)$/.exec(was) ?? [];
    const bytes = Uint8Array.from([...`${text}${own}`].map(byteOf));
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(next, bytes, { createNew: true });
    Deno.chmodSync(next, Number(mode));
  }
  Deno.renameSync(next, path);
  return true;
}

const BYTE_OF = new Map(
  [...new TextDecoder(BYTES).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))]
    .map((character, byte) => [character, byte]),
);

function byteOf(character: string): number {
  return BYTE_OF.get(character) ?? 0x3f;
}

function textIn(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trimEnd();
  } catch {
    return undefined; // absent
  }
}

function stampAt(path: string): string {
  try {
    const { size, mtime, ino, mode } = Deno.lstatSync(path);
    return `${size} ${mtime?.getTime()} ${ino} ${mode}`;
  } catch {
    return ""; // absent
  }
}
