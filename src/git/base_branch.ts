import { Failed, resultOf } from "../domain/failed.ts";
import { isAncestor } from "./ancestry.ts";
import { join } from "node:path";
import { exists } from "../util/files.ts";
import { gitFolderOf, headOf } from "./head.ts";
import { linkedWorktrees } from "./linked_worktrees.ts";
import { detailOf, Git, gitFailed } from "./git.ts";
import type { Hooks } from "./hooks.ts";
import { listWorktrees } from "./worktree_list.ts";
import type { Repository } from "./repository.ts";
import { sleep } from "../util/backoff.ts";

/** The branch that tasks are merged into. */
export interface Base {
  branch: string;
  /** The remote that it is pushed to, if that has the branch; absent: none. */
  remote?: string | undefined;
  /** Its name there. */
  onRemote: string;
}

export interface Tip {
  /** The newest commit of the base, here or on the remote. */
  sha: string;
  /** The branch's local commit. */
  local: string;
  /** The branch's commit on the remote. Absent: the remote does not have it. */
  remote?: string | undefined;
}

/**
 * The commit that the next merge is based on. Fetches commits that only the remote has. Fails with
 * `push_failed` if the remote does not answer, and with `base_diverged` if neither side contains the other.
 */
export async function findTip(
  repo: Repository,
  base: Base,
  timeoutMs: number,
): Promise<Tip> {
  const { branch, remote, onRemote } = base;
  const local = await repo.refs.sha(`refs/heads/${branch}`);
  if (local === undefined) throw new Failed({ reason: "base_missing", base: branch });
  const alone = { sha: local, local };
  if (remote === undefined) return alone;
  const there = await remoteSha(repo, remote, onRemote, timeoutMs);
  if (there === undefined) return alone;
  await fetchCommit(repo, remote, onRemote, there, timeoutMs);
  const tip = { ...alone, remote: there };
  const ahead = await isAncestor(repo, there, local);
  if (ahead) return tip;
  const behind = await isAncestor(repo, local, there);
  if (behind) return { ...tip, sha: there };
  const cut = await repo.line(["rev-parse", "--is-shallow-repository"]);
  const shallow = cut === "true" ? { shallow: true as const } : {};
  throw new Failed({ reason: "base_diverged", base: branch, remote, onRemote, ...shallow });
}

async function remoteSha(
  from: Git,
  remote: string,
  branch: string,
  timeoutMs: number,
): Promise<string | undefined> {
  const args = ["ls-remote", "--quiet", "--", remote, `refs/heads/${branch}`];
  const listed = await from.result(args, { timeoutMs });
  if (listed.code !== 0) {
    throw new Failed({ reason: "push_failed", remote, branch, detail: detailOf(listed) });
  }
  // The pattern also matches at the end of longer names.
  const line = listed.stdout.split("\n").find((line) => line.endsWith(`\trefs/heads/${branch}`));
  return line?.split("\t")[0];
}

async function fetchCommit(
  repo: Repository,
  remote: string,
  branch: string,
  sha: string,
  timeoutMs: number,
): Promise<void> {
  const known = await repo.result(["cat-file", "-e", `${sha}^{commit}`]);
  if (known.code === 0) return;
  const flags = ["--quiet", "--no-tags", "--no-write-fetch-head"];
  const args = ["fetch", ...flags, "--", remote, `refs/heads/${branch}`];
  const fetched = await repo.result(args, { timeoutMs });
  if (fetched.code === 0) return;
  throw new Failed({ reason: "push_failed", remote, branch, detail: detailOf(fetched) });
}

/**
 * Pushes a commit to the branch that the base has on the remote, never by force. Hooks run in the folder of
 * `from`. `moved`: somebody else has
 * pushed since it was `seen` there. Fails with `push_failed` if the remote refuses, and with
 * `base_protected` if it does so by a rule for this branch.
 */
export async function pushBase(
  from: Git,
  { remote, branch }: { remote: string; branch: string },
  { sha, seen }: { sha: string; seen: string },
  timeoutMs: number,
  hooks?: Hooks,
): Promise<"pushed" | "moved"> {
  const flags = ["--quiet", "--no-follow-tags"];
  const args = ["push", ...flags, "--", remote, `${sha}:refs/heads/${branch}`];
  const pushed = await from.result(args, { timeoutMs, hooks });
  if (pushed.code === 0) return "pushed";
  const detail = detailOf(pushed);
  const reason = isProtected(pushed.stderr) ? "base_protected" : "push_failed";
  const refused = new Failed({ reason, remote, branch, detail });
  if (pushed.timedOut || reason === "base_protected") throw refused;
  const now = await resultOf(() => remoteSha(from, remote, branch, timeoutMs));
  if (now.ok && now.value === sha) return "pushed";
  if (!now.ok || now.value === seen) throw refused;
  return "moved";
}

/** How GitHub, GitLab, Bitbucket, Azure DevOps and Gitea refuse a push to a protected branch. */
const PROTECTED = [
  /\bGH006\b/,
  /\bGH013\b/,
  /protected branch/i,
  /branch is protected/i,
  /not allowed to push (code )?to protected/i,
  /TF402455|TF401027/,
  /only be modified through pull requests|pull requests? (is|are) required/i,
];

function isProtected(said: string): boolean {
  return PROTECTED.some((pattern) => pattern.test(said));
}

export type Moved =
  /** The branch, and the checkout that has it checked out. */
  | { kind: "moved" }
  /** The branch alone: uncommitted changes in this checkout are in the way. */
  | { kind: "ref_only"; checkout: string }
  /** Nothing: the branch is not where it was. */
  | { kind: "elsewhere" };

/**
 * Moves the local branch forward, and the checkout that has it checked out, if that touches no uncommitted
 * change there. `checkouts: false` never changes the checkout.
 */
export async function moveBase(
  repo: Repository,
  branch: string,
  { from, to }: { from: string; to: string },
  options: { checkouts: boolean; pause?: Pause | undefined; hooks?: Hooks | undefined },
): Promise<Moved> {
  if (from === to) return { kind: "moved" };
  const checkout = await checkoutOf(repo, branch);
  const ref = `refs/heads/${branch}`;
  let left = checkout !== undefined && exists(checkout);
  if (left && checkout !== undefined && options.checkouts) {
    const forwarded = await fastForward(repo, checkout, { ref, from, to }, options);
    if (forwarded === "moved") return { kind: "moved" };
    left = forwarded === "in_the_way";
  }
  const args = ["update-ref", "-m", "parex: land", ref, to, from];
  const updated = await repo.result(args);
  if (updated.code === 0) {
    return left && checkout !== undefined ? { kind: "ref_only", checkout } : { kind: "moved" };
  }
  const now = await repo.line(["rev-parse", "--verify", ref]);
  if (now === to) return { kind: "moved" };
  if (now === from) throw gitFailed(args, updated);
  return { kind: "elsewhere" };
}

/** The worktree in which a branch is checked out, most often the main one. */
async function checkoutOf(repo: Repository, branch: string): Promise<string | undefined> {
  if (!repo.refs.isInFiles) {
    return (await listWorktrees(repo)).find((one) => one.branch === branch)?.path;
  }
  if ((await headOf(repo.root, repo.refs)).ref === `refs/heads/${branch}`) return repo.root;
  return linkedWorktrees(repo.commonDir).find((one) => one.branch === branch)?.path;
}

/** Waits until the next look at a lock. */
export type Pause = () => Promise<void>;

const LOCKED_TRIES = 20;
const LOCKED_PAUSE_MS = 150;

const aMoment: Pause = () => sleep(LOCKED_PAUSE_MS);

/** Moves a checkout forward with its branch. Waits while another git works there. */
async function fastForward(
  { refs }: Repository,
  path: string,
  { ref, from, to }: { ref: string; from: string; to: string },
  { pause = aMoment, hooks }: { pause?: Pause | undefined; hooks?: Hooks | undefined },
): Promise<"moved" | "in_the_way" | "elsewhere"> {
  const checkout = new Git(path);
  const lock = join(gitFolderOf(path), "index.lock");
  for (let tries = 1;; tries++) {
    const locked = exists(lock);
    // A merge changes whatever is checked out, and somebody may have switched branches since.
    const head = await headOf(path, refs);
    if (head.sha !== from || head.ref !== ref) return "elsewhere";
    const args = ["merge", "--ff-only", "--quiet", "--no-autostash", "--", to];
    const merged = await checkout.result(args, { hooks });
    if (merged.code === 0) {
      return await refs.sha(ref) === to ? "moved" : "elsewhere";
    }
    const free = !locked && !exists(lock);
    if (free || tries === LOCKED_TRIES) return "in_the_way";
    await pause();
  }
}
