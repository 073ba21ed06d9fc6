import type { Landed, WorkFacts, WorktreeFacts } from "../../domain/cleanup.ts";
import { Failed, resultOf } from "../../domain/failed.ts";
import { branchOf, WORKTREES_DIR } from "../../domain/names.ts";
import type { Plan } from "../../domain/plan.ts";
import { processTable } from "../../exec/processes.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { changes, headState } from "../../git/commit.ts";
import { allOf } from "../../util/all_of.ts";
import { exists, isWithin } from "../../util/files.ts";
import { landedBy } from "../../git/landed.ts";
import { ignored } from "../../git/excludes.ts";
import { listWorktrees, planOwners, type Registration } from "../../git/worktree_list.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";

/** The commit that the merged pull request of a branch has brought; undefined: none was merged. */
export type MergedHead = (branch: string) => Promise<string | undefined>;

export interface LeftoverQuestion {
  repo: Repository;
  plan: Pick<Plan, "identity" | "tasks">;
  base: string;
  remote?: string | undefined;
  /** Where the user stands, absolute. */
  cwd: string;
  /** Absent: pull requests cannot be asked about. */
  mergedHead?: MergedHead | undefined;
}

interface Known {
  question: LeftoverQuestion;
  bases: string[];
  worktrees: Registration[];
  branches: Set<string>;
}

/** The branches and worktrees that a plan has in the repository, and whether their work has landed. */
export async function readLeftovers(question: LeftoverQuestion): Promise<WorkFacts[]> {
  const { repo, plan } = question;
  const [owners, worktrees, refs, bases] = await allOf([
    planOwners(repo),
    listWorktrees(repo),
    repo.git(["for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads"]),
    basesOf(question),
  ]);
  const known: Known = {
    question,
    bases,
    worktrees,
    branches: new Set(refs.split("\n")),
  };
  const facts: WorkFacts[] = [];
  for (const [branch, owner] of owners) {
    if (owner !== plan.identity) continue;
    const found = await look(branch, known);
    if (found) facts.push(found);
  }
  const order = new Map(plan.tasks.map(({ id, order }) => [id, order]));
  const position = ({ task }: WorkFacts) => order.get(task) ?? order.size;
  return facts.sort((a, b) => position(a) - position(b));
}

/** The base here and as the remote had it last. */
async function basesOf({ repo, base, remote }: LeftoverQuestion): Promise<string[]> {
  const wanted = [`refs/heads/${base}`];
  if (remote !== undefined) wanted.push(`refs/remotes/${remote}/${base}`);
  const found: string[] = [];
  for (const ref of wanted) {
    const sha = await repo.maybe(["rev-parse", "--quiet", "--verify", ref]);
    if (sha !== undefined) found.push(ref);
  }
  if (found.length > 0) return found;
  throw new Failed({ reason: "base_missing", base });
}

/** The prefix of every task's branch. */
const PREFIX = branchOf("");

async function look(branch: string, known: Known): Promise<WorkFacts | undefined> {
  const { repo, plan } = known.question;
  const task = branch.slice(PREFIX.length);
  const home = `${repo.root}/${WORKTREES_DIR}/${task}`;
  const registered = known.worktrees.find(({ path }) => path === home);
  const elsewhere = known.worktrees.find((one) => one !== registered && one.branch === branch);
  if (!registered && !known.branches.has(branch)) return undefined;
  const status = plan.tasks.find(({ id }) => id === task)?.status;
  const facts: WorkFacts = { task, branch, ...(status === undefined ? {} : { status }) };
  if (elsewhere) facts.elsewhere = elsewhere.path;
  if (registered) {
    const worktree = await resultOf(() => lookIn(registered, facts, known.question));
    if (worktree.ok) facts.worktree = worktree.value;
    else facts.unreadable = worktree.failure;
  }
  if (known.branches.has(branch)) {
    const landed = await resultOf(() => howLanded(facts, known));
    if (!landed.ok) facts.unreadable = landed.failure;
    else if (landed.value !== undefined) facts.landed = landed.value;
  }
  return facts;
}

async function lookIn(
  { path, head, locked }: Registration,
  { task, branch }: WorkFacts,
  { repo, cwd }: LeftoverQuestion,
): Promise<WorktreeFacts> {
  const facts: WorktreeFacts = {
    path,
    changed: 0,
    ignored: 0,
    strayed: false,
    processes: processesIn(path),
    standing: isWithin(cwd, path),
    ...(locked === undefined ? {} : { locked }),
  };
  if (!exists(path)) return { ...facts, missing: head };
  const worktree = new Worktree(repo, task, path);
  const [state, changed, kept] = await allOf([
    headState(worktree),
    changes(worktree),
    ignored(worktree),
  ]);
  const { inProgress } = state;
  return {
    ...facts,
    changed: changed.length,
    ignored: kept.length,
    strayed: state.branch !== branch,
    ...(inProgress === undefined ? {} : { unfinished: inProgress }),
  };
}

/** Processes that were started to work in a worktree; this one may be one of them. */
function processesIn(path: string): number[] {
  return processTable({ PAREX_WORKTREE: path })
    .map(({ pid }) => pid)
    .filter((pid) => pid !== Deno.pid);
}

async function howLanded(
  { branch, status }: WorkFacts,
  { question, bases }: Known,
): Promise<Landed | undefined> {
  const { repo, mergedHead } = question;
  const landed = await landedBy(repo, branch, bases);
  const asked = mergedHead && (status === undefined || status === "completed");
  if (landed !== undefined || !asked) return landed;
  const head = await mergedHead(branch);
  if (head === undefined) return undefined;
  const here = await repo.maybe(["rev-parse", "--quiet", "--verify", `${head}^{commit}`]);
  // Commits may have been added on GitHub that are not here; then the branch is not the whole of it.
  if (here === undefined) return undefined;
  const whole = await isAncestor(repo, `refs/heads/${branch}`, here);
  return whole ? "pr" : undefined;
}
