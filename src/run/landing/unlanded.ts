import { branchOf } from "../../domain/names.ts";
import { planBranches } from "../../git/branches.ts";
import { landedBy } from "../../git/landed.ts";
import type { Scope } from "../context/run_context.ts";

/** Whether the branch of a completed task holds what the base does not have. */
export async function anyUnlanded(
  { repo, plan, base }: Pick<Scope, "repo" | "plan" | "base">,
): Promise<boolean> {
  const own = await planBranches(repo, plan.identity);
  const onto = `refs/heads/${base}`;
  const format = "--format=%(refname:lstrip=2)";
  const refs = await repo.git(["for-each-ref", `--no-merged=${onto}`, format, "refs/heads"]);
  const notMerged = new Set(refs.split("\n"));
  const branches = plan.tasks.filter(({ status }) => status === "completed")
    .map(({ id }) => branchOf(id))
    .filter((branch) => own.has(branch) && notMerged.has(branch));
  for (const branch of branches) {
    const landed = await landedBy(repo, branch, [onto]);
    if (landed === undefined) return true;
  }
  return false;
}
