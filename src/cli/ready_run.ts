import { relative, resolve } from "node:path";
import { loadSettings, packageConfig } from "../config/load.ts";
import { unknownVariables } from "../config/sources.ts";
import type { EventOf } from "../domain/event.ts";
import { valueOf } from "../domain/failed.ts";
import { ok } from "../domain/result.ts";
import type { Settings } from "../domain/settings.ts";
import { processEnv } from "../exec/env.ts";
import type { Repository } from "../git/repository.ts";
import { repositoryAt } from "./repository.ts";
import { findPlan } from "../plan/find.ts";
import { detectList } from "../plan/import/detect.ts";
import type { Unfinished } from "../run/resume/resume.ts";
import type { Context } from "./context.ts";

export interface ReadyRun {
  repo: Repository;
  planPath: string;
  settings: Settings;
  /** The run to resume; absent: a new one. */
  resume?: Unfinished;
  /** A person's answer to the agent of a blocked task. */
  answer?: EventOf<"task.answered">;
}

/** Finds the repository, the settings and the plan of a command line. */
export async function prepareRun(
  { io }: Context,
  plan: string | undefined,
  flags: Readonly<Record<string, unknown>>,
): Promise<ReadyRun> {
  const repo = await repositoryAt(io.cwd);
  const env = processEnv();
  const root = repo.checkout;
  const found = plan === undefined ? await findPlan(root, io.cwd) : ok(resolve(io.cwd, plan));
  // A mistake in the settings is reported even without a plan.
  const near = found.ok ? found.value : undefined;
  const settings = await loadSettings({ flags, env, root, plan: near });
  const path = valueOf(found);
  const own = await packageConfig(root, path);
  if (own !== undefined) io.err(`config of the plan's package: ${relative(root, own)}\n`);
  for (const name of unknownVariables(env)) {
    io.err(`warning: ${name} is not a variable of parex and is ignored; see: parex help execute\n`);
  }
  // The folder of another tool is recognized by its list.
  return { repo, planPath: detectList(path)?.list ?? path, settings };
}
