import type { AgentRequest } from "../../src/agent/agent.ts";
import { must } from "../support/result.ts";
import { makeAgent } from "../../src/agent/agents.ts";
import { withEnv } from "../support/env.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import type { Step } from "../support/models/script.ts";
import { type ModelServer, serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { tempRepo } from "../support/repo.ts";
import { tempFolder, type Witness, witness } from "./rig.ts";

const claude = findClaude();
const realClaude = needs("the Claude CLI", claude);

export interface Bench extends AsyncDisposable {
  worktree: string;
  git(args: string[]): Promise<string>;
  api: ModelServer;
  attempt(more?: Partial<AgentRequest>): Promise<Witness>;
}

interface BenchOptions {
  /** Of the repository's folder. */
  name?: string;
  /** Whether an end is looked at, or this attempt has been sent back as often as one may be. */
  end?: "guarded" | "free";
}

/** A repository, a home and a model for the real CLI; the script gets the worktree's path. */
export async function bench(
  script: (worktree: string) => Step[],
  { name = "repo", end = "free" }: BenchOptions = {},
): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const repo = stack.use(await tempRepo({ name }));
  const home = stack.use(await tempFolder());
  const api = stack.use(serveModels({ "task-1": script(repo.root) }));
  const run = crypto.randomUUID();
  if (end === "free") {
    const record = { run, attempt: "1", head: "", sentBack: 2 };
    await Deno.writeTextFile(`${repo.root}/.git/parex-attempt`, JSON.stringify(record));
  }
  stack.use(withEnv({ PAREX_CLAUDE: claude ?? "" }));
  const agent = must(makeAgent("claude", {}));
  return {
    worktree: repo.root,
    git: repo.git,
    api,
    attempt: ({ env, ...more } = {}) =>
      witness(agent, repo.root, {
        ...more,
        env: { ...claudeEnv(api, home.path), PAREX_RUN_ID: run, ...env },
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A test of what the real CLI does. */
export function contract(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `claude CLI: ${name}`, ...realClaude, fn });
}
