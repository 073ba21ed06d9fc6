import { dirname, join } from "node:path";
import { programOf, PROGRAMS } from "../../agent/agents.ts";
import type { AgentState } from "../../agent/program.ts";
import { cachesOf } from "../../exec/caches.ts";
import type { Env } from "../../exec/env.ts";
import { type Layer, makeLayer, removeLayers } from "../../exec/layers.ts";
import { findMaker, type Maker, type Sandbox } from "../../exec/sandbox.ts";
import { Failed } from "../../domain/failed.ts";
import type { Settings } from "../../domain/settings.ts";
import type { Worktree } from "../../git/worktree.ts";
import { exists, io, isWithin, realPathOf } from "../../util/files.ts";
import type { CheckScope } from "../context/run_context.ts";
import { workEnv } from "../context/work_env.ts";

/** In a worktree's own git folder: the files by which git finds the repository, and its settings there. */
const GIT_RULES = ["commondir", "gitdir", "config.worktree"];

/** Many programs write there, whatever variables say. */
const SHARED_TEMPORARY = ["/tmp", "/var/tmp"];

/**
 * The sandbox of what runs in a worktree, if the settings ask for one. Writable are the worktree, what git
 * needs for a commit on its branch, and an agent's conversations and credentials; caches and the rest of the
 * agent's state get a layer. Without an agent's name it is the sandbox of a check.
 */
export async function sandboxOf(
  scope: CheckScope,
  worktree: Worktree,
  agent?: string,
): Promise<{ sandbox?: Sandbox | undefined }> {
  if (!scope.settings.sandbox) return {};
  const maker = await makerOf(scope);
  return await io(worktree.path, async () => {
    const env = workEnv(scope, worktree);
    const temporary = join(scope.dir, "tmp", worktree.task);
    await Deno.mkdir(temporary, { recursive: true, mode: 0o700 });
    const [own, ...shared] = await gitFoldersOf(scope, worktree);
    // An empty file has no effect; if it were absent, it could be created there.
    const settingsFile = join(own, "config.worktree");
    if (!exists(settingsFile)) await Deno.writeTextFile(settingsFile, "");
    const state = agent === undefined ? NO_STATE : await stateOf(agent, env, worktree.path);
    const caches = await cachesIn(scope, maker, env, temporary);
    const folders = [...state.layered, ...caches.layered];
    const sandbox: Sandbox = {
      maker,
      writable: [worktree.path, own, ...shared, ...state.conversations, ...state.credentials],
      layered: await layersOf(scope, worktree, folders),
      kept: [
        join(worktree.path, ".git"),
        ...GIT_RULES.map((name) => join(own, name)),
        ...othersBranches(scope, worktree),
      ],
      temporary,
      sockets: scope.settings.sandboxSockets,
      env: caches.env,
    };
    return { sandbox };
  });
}

/** Removes what sandboxed commands of a run have written to their layers. */
export function forgetLayers({ dir }: Pick<CheckScope, "dir">): void {
  const folder = join(dir, "layers");
  if (!exists(folder)) return;
  for (const { name } of Deno.readDirSync(folder)) removeLayers(join(folder, name));
}

/** Fails if the settings ask for a sandbox in which these agents cannot work on this machine. */
export async function requireSandbox(
  { sandbox }: Pick<Settings, "sandbox">,
  agents: Iterable<string>,
  folder: string,
): Promise<void> {
  if (!sandbox) return;
  const maker = await io(folder, () => findMaker(folder));
  if (typeof maker === "string") throw new Failed({ reason: "sandbox_missing", detail: maker });
  if (hasLayers(maker)) return;
  const name = [...agents].find((agent) => programOf(agent)?.writesSettings);
  if (name === undefined) return;
  const detail =
    `the agent ${name} does not start if its settings are read-only, and here nothing ` +
    "can keep what it writes apart: that takes overlayfs";
  throw new Failed({ reason: "sandbox_missing", detail });
}

async function makerOf(scope: CheckScope): Promise<Maker> {
  scope.sandboxMaker ??= findMaker(scope.repo.commonDir);
  const maker = await scope.sandboxMaker;
  if (typeof maker !== "string") return maker;
  throw new Failed({ reason: "sandbox_missing", detail: maker });
}

function hasLayers(maker: Maker): boolean {
  return maker.program === "bubblewrap" && maker.layers !== undefined;
}

/** What git writes to for a commit on a task's branch: the worktree's own git folder first. */
export async function gitFoldersOf(
  { repo: { commonDir } }: Pick<CheckScope, "repo">,
  worktree: Worktree,
): Promise<[own: string, ...shared: string[]]> {
  // git locks a branch by a file beside it.
  const branches = dirname(`refs/heads/${worktree.branch}`);
  const shared = ["objects", branches, `logs/${branches}`].map((name) => join(commonDir, name));
  for (const folder of shared) await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  return [worktree.gitDir, ...shared];
}

/** Files and folders of branches beside the tasks' ones, if these have no folder of their own. */
function othersBranches({ repo, tasks }: CheckScope, { branch }: Worktree): string[] {
  const heads = join(repo.commonDir, "refs/heads");
  if (branch.includes("/")) return [];
  const own = new Set([branch, ...[...tasks.keys()].map((id) => repo.branchOf(id))]);
  return [...Deno.readDirSync(heads)].filter(({ name }) => !own.has(name))
    .map(({ name }) => join(heads, name));
}

const NO_STATE: AgentState = { layered: [], conversations: [], credentials: [] };

/** What there is of an agent's state. A command of the user's own may call any agent. */
async function stateOf(agent: string, env: Env, worktree: string): Promise<AgentState> {
  const own = programOf(agent)?.state(env, worktree);
  if (own) {
    const missing = own.layered.filter((path) => !path.endsWith(".json"));
    for (const folder of [...missing, ...own.conversations]) {
      await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    }
    for (const [path, text] of Object.entries(own.owners ?? {})) {
      if (!exists(path)) await Deno.writeTextFile(path, text, { mode: 0o600 });
    }
  }
  const states = own ? [own] : Object.values(PROGRAMS).map(({ state }) => state(env, worktree));
  const real = async (paths: (state: AgentState) => string[]) =>
    await Promise.all(states.flatMap(paths).filter(exists).map(realPathOf));
  return {
    layered: await real(({ layered }) => layered),
    conversations: await real(({ conversations }) => conversations),
    credentials: await real(({ credentials }) => credentials),
  };
}

/** Caches that are there get a layer; without layers, or missing, they are in the temporary folder. */
async function cachesIn(
  { repo, dir }: CheckScope,
  maker: Maker,
  env: Env,
  temporary: string,
): Promise<{ layered: string[]; env: Env }> {
  const holdsRun = (path: string) =>
    [dir, repo.root, repo.worktrees].some((inside) => isWithin(inside, path));
  const layered = new Set<string>();
  const elsewhere: Env = {};
  for (const { path, variable } of cachesOf(env)) {
    const real = exists(path) ? await realPathOf(path) : undefined;
    if (hasLayers(maker) && real !== undefined && !holdsRun(real)) layered.add(real);
    else if (variable !== undefined) elsewhere[variable] = join(temporary, "caches", variable);
  }
  const shared = SHARED_TEMPORARY.filter((path) => exists(path) && !holdsRun(path));
  return { layered: [...layered, ...shared], env: elsewhere };
}

async function layersOf(
  { dir }: CheckScope,
  { task }: Worktree,
  paths: readonly string[],
): Promise<Layer[]> {
  const stores = join(dir, "layers", task);
  return await Promise.all([...new Set(paths)].map((path) => makeLayer(path, stores)));
}
