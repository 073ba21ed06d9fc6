import { resolve } from "node:path";
import { loadSettings } from "../config/load.ts";
import type { EventOf } from "../domain/event.ts";
import { ok, type Result } from "../domain/result.ts";
import type { Settings } from "../domain/settings.ts";
import { openRepository, type Repository } from "../git/repository.ts";
import { findPlan } from "../plan/find.ts";
import type { Unfinished } from "../run/resume/resume.ts";
import type { Context } from "./context.ts";

export interface ReadyRun {
  repo: Repository;
  planPath: string;
  settings: Settings;
  /** The run that is gone on with; absent: a new one. */
  resume?: Unfinished;
  /** What a person has answered to the agent of a blocked task. */
  answer?: EventOf<"task.answered">;
}

/** Finds the repository, the settings and the plan that a command line means. */
export async function prepareRun(
  { io }: Context,
  plan: string | undefined,
  flags: Readonly<Record<string, unknown>>,
): Promise<Result<ReadyRun>> {
  const repo = await openRepository(io.cwd);
  if (!repo.ok) return repo;
  const env = Deno.env.toObject();
  const settings = await loadSettings({ flags, env, root: repo.value.checkout });
  if (!settings.ok) return settings;
  const path = plan === undefined ? await findPlan(repo.value.checkout) : ok(resolve(io.cwd, plan));
  if (!path.ok) return path;
  return ok({ repo: repo.value, planPath: path.value, settings: settings.value });
}
