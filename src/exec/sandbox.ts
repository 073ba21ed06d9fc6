import { type Bubblewrap, bubblewrapped, findBubblewrap } from "./bubblewrap.ts";
import type { Env } from "./env.ts";
import { seatbelted, whyNoSeatbelt } from "./seatbelt.ts";
import { closedSockets } from "./sockets.ts";
import type { Walls } from "./walls.ts";

export interface Sandbox extends Walls {
  maker: Maker;
  /** The sockets that stay open. */
  sockets: readonly string[];
}

/** What makes sandboxes on this machine. */
export type Maker = Bubblewrap | { program: "seatbelt" };

/** What makes sandboxes here; a text: why nothing does. Tried for real, in `folder`. */
export async function findMaker(folder: string): Promise<Maker | string> {
  if (Deno.build.os === "linux") return await findBubblewrap(folder);
  if (Deno.build.os !== "darwin") return `there is no sandbox for ${Deno.build.os}`;
  return await whyNoSeatbelt(folder) ?? { program: "seatbelt" };
}

/** Why no sandbox can be made here; undefined if one can. */
export async function whyNoSandbox(folder: string): Promise<string | undefined> {
  const maker = await findMaker(folder);
  return typeof maker === "string" ? maker : undefined;
}

/** The command line of a command in its sandbox. `env`: the command's own variables. */
export function sandboxed(
  argv: readonly string[],
  sandbox: Sandbox,
  env: Env,
): [string, ...string[]] {
  const closed = closedSockets(env, sandbox.sockets);
  const { maker } = sandbox;
  return maker.program === "seatbelt"
    ? seatbelted(argv, sandbox, closed)
    : bubblewrapped(argv, sandbox, closed, maker);
}
