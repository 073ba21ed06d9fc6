import { TIMEOUTS } from "../domain/timeouts.ts";
import { join } from "node:path";
import { toolEnv } from "./env.ts";
import { type Layer, makeLayer, removeLayers } from "./layers.ts";
import { sh } from "./sh.ts";
import type { ClosedSockets } from "./sockets.ts";
import type { Walls } from "./walls.ts";
import { programOnPath } from "./which.ts";

/** bubblewrap as it is on this machine. */
export interface Bubblewrap {
  program: "bubblewrap";
  /** Absolute: a command's own PATH leads into folders that an agent can write to. */
  path: string;
  /** How folders get a layer: by bubblewrap itself (0.11 or later), or mounted before it. Absent: they get none. */
  layers?: "bubblewrap" | Mounter | undefined;
}

/** util-linux's programs. Absolute. */
interface Mounter {
  unshare: string;
  mount: string;
}

/** No capabilities, no terminal to type into, and no processes but its own. */
const WALLS = [
  ...["--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"],
  ...["--die-with-parent", "--new-session", "--unshare-pid", "--cap-drop", "ALL"],
] as const;

export function bubblewrapped(
  argv: readonly string[],
  { writable, layered, kept, temporary, env }: Walls,
  closed: ClosedSockets,
  { path: bwrap, layers }: Bubblewrap,
): [string, ...string[]] {
  const mounts = [
    ...[...writable, temporary].map((path) => ({ path, args: ["--bind", path, path] })),
    ...layered.map((layer) => ({ path: layer.path, args: layerArgs(layer, layers) })),
    ...kept.map((path) => ({ path, args: ["--ro-bind-try", path, path] })),
  ];
  const mounter = typeof layers === "object" ? layers : undefined;
  const folders = layered.filter(({ isFile }) => !isFile).map(({ store }) => store);
  return [
    ...(mounter ? mounting(mounter, folders) : []),
    bwrap,
    ...WALLS,
    ...(mounter && !IS_ROOT ? AS_ONESELF : []),
    // What is deeper in the tree overrides what is around it.
    ...mounts.sort((one, other) => one.path.length - other.path.length).flatMap(({ args }) => args),
    ...closed.folders.flatMap((path) => ["--tmpfs", path]),
    ...closed.files.flatMap((path) => ["--ro-bind", "/dev/null", path]),
    ...closed.variables.flatMap((name) => ["--unsetenv", name]),
    ...Object.entries({ TMPDIR: temporary, ...env })
      .flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...argv,
  ] as [string, ...string[]];
}

function layerArgs({ path, store, isFile }: Layer, layers: Bubblewrap["layers"]): string[] {
  if (isFile) return ["--bind", store, path];
  if (layers === undefined) return [];
  if (layers !== "bubblewrap") return ["--bind", join(store, "merged"), path];
  const [upper, work] = ["upper", "work"].map((name) => join(store, name));
  return ["--overlay-src", path, "--overlay", upper ?? "", work ?? "", path];
}

const IS_ROOT = Deno.build.os !== "windows" && Deno.uid() === 0;

/** Only root of a namespace may mount there; the command has its own ids again. */
const AS_ONESELF = ["--unshare-user", "--uid", `${Deno.uid()}`, "--gid", `${Deno.gid()}`];

/** Mounts each layer in its own store, where only this command sees it, and starts the rest. */
const MOUNT = `mount=$1; shift
while [ "$1" != -- ]; do
  (cd "$1" && exec "$mount" -t overlay \\
    -o userxattr,lowerdir=lower,upperdir=upper,workdir=work parex merged) || exit 125
  shift
done
shift; exec "$@"`;

function mounting({ unshare, mount }: Mounter, stores: readonly string[]): string[] {
  const user = IS_ROOT ? [] : ["--user", "--map-root-user"];
  return [unshare, ...user, "--mount", "/bin/sh", "-c", MOUNT, "sh", mount, ...stores, "--"];
}

/** bubblewrap, tried for real; a text: why it makes no sandbox. */
export async function findBubblewrap(folder: string): Promise<Bubblewrap | string> {
  const path = programOnPath("bwrap");
  if (path === undefined) return "bwrap is not installed, or not on the PATH";
  const [unshare, mount] = [programOnPath("unshare"), programOnPath("mount")];
  const candidates: Bubblewrap["layers"][] = [
    "bubblewrap",
    unshare && mount ? { unshare, mount } : undefined,
    undefined,
  ];
  let why = "";
  for (const layers of candidates) {
    const bubblewrap: Bubblewrap = { program: "bubblewrap", path, layers };
    const failure = await tried(bubblewrap, folder);
    if (failure === undefined) return bubblewrap;
    why = failure;
  }
  return why;
}

/** Writes to a folder that has a layer, or, without layers, to one that is writable. */
async function tried(bubblewrap: Bubblewrap, folder: string): Promise<string | undefined> {
  const scratch = await Deno.makeTempDir({ dir: folder, prefix: "parex-sandbox-" });
  const [target, stores] = [join(scratch, "target"), join(scratch, "layers")];
  try {
    await Deno.mkdir(target);
    const layered = bubblewrap.layers === undefined ? [] : [await makeLayer(target, stores)];
    const temporary = layered.length > 0 ? stores : target;
    const walls = { writable: [], layered, kept: [], temporary, env: {} };
    const argv = ["/bin/sh", "-c", ': > "$1/tried"', "sh", target];
    const command = bubblewrapped(argv, walls, NOTHING_CLOSED, bubblewrap);
    const options = { cwd: folder, env: toolEnv(), timeoutMs: TIMEOUTS.sandboxTrial };
    const { code, stderr } = await sh(command, options);
    return code === 0 ? undefined : stderr.trim() || `bwrap ended with exit code ${code}`;
  } finally {
    removeLayers(stores);
    await Deno.remove(scratch, { recursive: true });
  }
}

const NOTHING_CLOSED: ClosedSockets = { folders: [], files: [], variables: [] };
