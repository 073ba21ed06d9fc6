import { loadSettings } from "../config/load.ts";
import { resultOf } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import { openRepository, type Repository } from "../git/repository.ts";

/** The repository that contains a folder, with the names that its config gives to tasks' branches. */
export async function repositoryAt(cwd: string): Promise<Repository> {
  const repo = await openRepository(cwd);
  const input = { flags: {}, env: processEnv(), root: repo.checkout };
  // Commands that need the settings report what is wrong with them.
  const settings = await resultOf(() => loadSettings(input));
  return settings.ok ? repo.withBranchPrefix(settings.value.branchPrefix) : repo;
}
