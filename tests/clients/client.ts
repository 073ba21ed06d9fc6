/** A repository, a model server and one of the real clients, on which the table of cases is played. */
import { dirname, join } from "node:path";
import type { RunEvent } from "../../src/domain/event.ts";
import { clockIn } from "../support/clock.ts";
import {
  clientEnv,
  type ClientName,
  findClient,
  MODELS,
  movedState,
  stateOf,
} from "../support/models/clients.ts";
import type { Step } from "../support/models/script.ts";
import { type ModelServer, serveModels } from "../support/models/server.ts";
import type { Child, Ended } from "../support/parex.ts";
import { eventsOf, type Rig, rig, until } from "../support/rig.ts";

/** A client in one of its versions. */
export type ClientId = ClientName | "claude-oldest";

export interface Stage extends AsyncDisposable {
  client: ClientName;
  rig: Rig;
  server: ModelServer;
  /** `parex <args>` with this client as the agent. */
  parex(...args: string[]): Promise<Ended>;
  start(...args: string[]): Child;
  /** Puts the clock of parex ahead by an hour once the task waits. */
  passLimit(): Promise<void>;
  /** Waits until that many requests about the task have reached the server. */
  asked(times: number): Promise<void>;
  /** Without a key; and with it again. */
  takeKeys(): void;
  giveKeys(): void;
  /** Removes what the client has kept: conversations, but not its settings. */
  forget(): Promise<void>;
  /** The ends of all attempts. */
  attempts(): Promise<(RunEvent & { type: "agent.finished" })[]>;
}

export interface StageOptions {
  config?: string;
  /** Its state lies in a folder that a variable names. */
  moved?: boolean;
}

/** With them the clients know who pays. */
const KEYS = [
  "ANTHROPIC_API_KEY",
  "FAKE_KEY",
  "GEMINI_API_KEY",
  "COPILOT_PROVIDER_API_KEY",
  "COPILOT_PROVIDER_BASE_URL",
  "COPILOT_OFFLINE",
  "OPENCODE_KEY",
  "PI_KEY",
];

const HOUR = 3_600_000;

export async function stageOf(
  id: ClientId,
  script: Step[] | ((worktree: string) => Step[]),
  { config, moved = false }: StageOptions = {},
): Promise<Stage> {
  const client: ClientName = id === "claude-oldest" ? "claude" : id;
  const stack = new AsyncDisposableStack();
  const on = stack.use(await rig(config === undefined ? {} : { config }));
  let reply = 0;
  // No two replies count alike, so that none passes for another.
  const tokens = () => {
    const step = ++reply;
    return { input: 100 + step, output: 10 + step, cacheRead: 1000 + step, cacheWrite: 50 + step };
  };
  const steps = typeof script === "function" ? script(on.worktree("a")) : script;
  const server = stack.use(serveModels({ a: steps }, { tokens }));
  await Deno.mkdir(join(on.home, "bin"), { recursive: true });
  await Deno.symlink(findClient(id) ?? "", join(on.home, "bin", client));
  const clock = clockIn(on.home);
  const elsewhere = moved ? movedState(client, on.home) : {};
  const own = { ...await clientEnv(client, server, on.home, moved), ...elsewhere };
  const env: Record<string, string> = { ...own, ...clock.options.env, PWD: dirname(on.root) };
  const start = (...args: string[]) => {
    const settings = { PAREX_AGENT: client, PAREX_MODEL: MODELS[client], PAREX_LAND: "none" };
    return on.start(args, { ...clock.options, env: { ...env, ...settings } });
  };
  return {
    client,
    rig: on,
    server,
    start,
    parex: (...args) => start(...args).ended,
    passLimit: async () => {
      await until(
        "the task waits",
        async () => eventsOf(await on.journal(), "run.parked", "a").length > 0,
      );
      server.lift();
      await clock.ahead(HOUR);
    },
    asked: (times) => until(`${times} requests`, () => server.requests.length >= times),
    takeKeys: () => KEYS.forEach((name) => delete env[name]),
    giveKeys: () => Object.assign(env, own),
    forget: async () => {
      for (const folder of stateOf(client, on.home)) {
        await Deno.remove(folder, { recursive: true }).catch(() => {});
      }
    },
    attempts: async () => eventsOf(await on.journal(), "agent.finished"),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
