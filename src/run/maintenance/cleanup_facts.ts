import type { Landed, WorkFacts, WorktreeFacts } from "../../domain/cleanup.ts";
import { Failed, resultOf, valueOf } from "../../domain/failed.ts";
import type { Plan } from "../../domain/plan.ts";
import { processesByMark } from "../../exec/processes.ts";
import { isAncestor } from "../../git/ancestry.ts";
import { everythingIn } from "../../git/commit.ts";
import { allOf } from "../../util/all_of.ts";
import { exists, isWithin } from "../../util/files.ts";
import { type LandedBranches, landedBranches } from "../../git/landed_many.ts";
import { planOwners } from "../../git/plan_owners.ts";
import { listWorktrees, type Registration } from "../../git/worktree_list.ts";
import { mapBounded } from "../../util/map_limit.ts";
import { baseRefs, type Remotes } from "../../git/remotes.ts";
import type { Repository } from "../../git/repository.ts";
import { Worktree } from "../../git/worktree.ts";

/** The head commit of the merged pull request of a branch; undefined: none was merged. */
export type MergedHead = (branch: string) => Promise<string | undefined>;

export interface LeftoverQuestion {
  repo: Repository;
  plan: Pick<Plan, "identity" | "tasks">;
  base: string;
  remotes?: Remotes | undefined;
  /** The user's current folder, absolute. */
  cwd: string;
  /** Absent: pull requests cannot be asked about. */
  mergedHead?: MergedHead | undefined;
  /** Called after the work of each task has been examined. */
  onProgress?: ((done: number, all: number) => void) | undefined;
}

interface Known {
  question: LeftoverQuestion;
  /** By path. */
  worktrees: Map<string, Registration>;
  /** By branch: where it is checked out. */
  places: Map<string, Registration[]>;
  landed: LandedBranches;
  /** By a worktree's path: the processes that were started in it. */
  processes: Map<string, number[]>;
}

/** Limit of concurrent git processes. */
const AT_ONCE = 4;

/** The branches and worktrees that a plan has in the repository, and whether their work has landed. */
export async function readLeftovers(question: LeftoverQuestion): Promise<WorkFacts[]> {
  const { plan } = question;
  const all = await readAllLeftovers(question, (owner) => owner === plan.identity);
  return all.get(plan.identity) ?? [];
}

/** The same for every plan that `isWanted` accepts. Statuses are known only for the plan in the question. */
export async function readAllLeftovers(
  question: LeftoverQuestion,
  isWanted: (identity: string) => boolean = () => true,
): Promise<Map<string, WorkFacts[]>> {
  const { repo, plan, onProgress } = question;
  const [owners, registered, existing, bases] = await allOf([
    planOwners(repo),
    listWorktrees(repo),
    repo.refs.heads(),
    basesOf(question),
  ]);
  const worktrees = new Map(registered.map((one) => [one.path, one]));
  const wanted = [...owners].filter(([branch, owner]) =>
    isWanted(owner) && (existing.has(branch) || worktrees.has(homeOf(repo, branch)))
  );
  const branches = wanted.map(([branch]) => branch);
  const homes = branches.map((branch) => homeOf(repo, branch));
  const known: Known = {
    question,
    worktrees,
    places: Map.groupBy(registered, ({ branch }) => branch ?? ""),
    landed: await landedBranches(repo, branches.filter((branch) => existing.has(branch)), bases),
    processes: processesByMark("PAREX_WORKTREE", homes.filter((path) => worktrees.has(path))),
  };
  let done = 0;
  const facts = await mapBounded(wanted, AT_ONCE, async ([branch, owner]) => {
    const work = await look(branch, owner, known);
    onProgress?.(++done, wanted.length);
    return { owner, work };
  });
  const order = new Map(plan.tasks.map(({ id, order }) => [id, order]));
  const place = ({ task }: WorkFacts) => order.get(task) ?? order.size;
  const byOwner = new Map<string, WorkFacts[]>();
  for (const [owner, found] of Map.groupBy(facts, ({ owner }) => owner)) {
    byOwner.set(owner, found.map(({ work }) => work).sort((a, b) => place(a) - place(b)));
  }
  return byOwner;
}

/** The base here, and on the remote as last fetched. */
async function basesOf({ repo, base, remotes }: LeftoverQuestion): Promise<string[]> {
  const wanted = remotes ? baseRefs(base, remotes) : [`refs/heads/${base}`];
  const found: string[] = [];
  for (const ref of wanted) {
    const sha = await repo.maybe(["rev-parse", "--quiet", "--verify", ref]);
    if (sha !== undefined) found.push(ref);
  }
  if (found.length > 0) return found;
  throw new Failed({ reason: "base_missing", base });
}

/** The task of a branch; of a run with another prefix, at least the last part of its name. */
function taskIn({ branchPrefix }: Repository, branch: string): string {
  if (branch.startsWith(branchPrefix)) return branch.slice(branchPrefix.length);
  return branch.slice(branch.lastIndexOf("/") + 1);
}

function homeOf(repo: Repository, branch: string): string {
  return repo.placeOf(taskIn(repo, branch));
}

async function look(branch: string, owner: string, known: Known): Promise<WorkFacts> {
  const { repo, plan } = known.question;
  const task = taskIn(repo, branch);
  const registered = known.worktrees.get(homeOf(repo, branch));
  const elsewhere = known.places.get(branch)?.find((one) => one !== registered);
  const status = owner === plan.identity
    ? plan.tasks.find(({ id }) => id === task)?.status
    : undefined;
  const facts: WorkFacts = { task, branch, status };
  if (elsewhere) facts.elsewhere = elsewhere.path;
  if (registered) {
    const worktree = await resultOf(() => lookIn(registered, facts, known));
    if (worktree.ok) facts.worktree = worktree.value;
    else facts.unreadable = worktree.failure;
  }
  const landed = await resultOf(() => howLanded(facts, known));
  if (!landed.ok) facts.unreadable = landed.failure;
  else if (landed.value !== undefined) facts.landed = landed.value;
  return facts;
}

async function lookIn(
  { path, head, locked }: Registration,
  { task, branch }: WorkFacts,
  { question: { repo, cwd }, processes }: Known,
): Promise<WorktreeFacts> {
  const facts: WorktreeFacts = {
    path,
    changed: 0,
    ignored: 0,
    strayed: false,
    // This process may be one of them.
    processes: (processes.get(path) ?? []).filter((pid) => pid !== Deno.pid),
    standing: isWithin(cwd, path),
    locked,
  };
  if (!exists(path)) return { ...facts, missing: head };
  const { changes, ignored, head: state } = await everythingIn(new Worktree(repo, task, path));
  const { inProgress } = state;
  return {
    ...facts,
    changed: changes.length,
    ignored: ignored.length,
    strayed: state.branch !== branch,
    unfinished: inProgress,
  };
}

async function howLanded(
  { branch, status }: WorkFacts,
  { question, landed: known }: Known,
): Promise<Landed | undefined> {
  const { repo, mergedHead } = question;
  const found = known.get(branch);
  if (found === undefined) return undefined;
  const landed = valueOf(found);
  const asked = mergedHead && (status === undefined || status === "completed");
  if (landed !== undefined || !asked) return landed;
  const head = await mergedHead(branch);
  if (head === undefined) return undefined;
  const here = await repo.maybe(["rev-parse", "--quiet", "--verify", `${head}^{commit}`]);
  // GitHub may have commits that are not here; then the branch is not all of the work.
  if (here === undefined) return undefined;
  const whole = await isAncestor(repo, `refs/heads/${branch}`, here);
  return whole ? "pr" : undefined;
}
