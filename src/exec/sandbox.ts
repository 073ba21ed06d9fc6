import { join } from "node:path";
import { exists, isWithin } from "../util/files.ts";
import { type Env, processEnv } from "./env.ts";
import { sh } from "./sh.ts";

/** What a command may write to; everything else it can only read. All paths are absolute. */
export interface Sandbox {
  /** Folders and files that are there. */
  writable: readonly string[];
  /** Within these, what stays as it is if it is there. */
  kept: readonly string[];
  /** For its temporary files and caches; nobody else's are in it. */
  temporary: string;
}

const TRY_TIMEOUT_MS = 10_000;

/** No capabilities, no terminal to type into, and no processes but its own. */
const WALLS = [
  "bwrap",
  ...["--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"],
  ...["--die-with-parent", "--new-session", "--unshare-pid", "--cap-drop", "ALL"],
] as const;

/** By these a process reaches programs outside that do what it asks for, read-only or not. */
const SOCKET_VARIABLES = [
  ...["SSH_AUTH_SOCK", "DOCKER_HOST", "CONTAINER_HOST", "DBUS_SESSION_BUS_ADDRESS"],
  ...["TMUX", "TMUX_PANE", "STY"],
];
const SOCKETS = [
  ...["/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock"],
  "/run/dbus/system_bus_socket",
];

function withoutSockets(env: Env): string[] {
  const user = Deno.uid() ?? 0;
  const agent = env.SSH_AUTH_SOCK ?? "";
  const files = [...SOCKETS, ...(agent.startsWith("/") ? [agent] : [])];
  const folders = [`/run/user/${user}`, join(env.TMUX_TMPDIR || "/tmp", `tmux-${user}`)];
  return [
    ...folders.filter(exists).flatMap((path) => ["--tmpfs", path]),
    ...files.filter((path) => exists(path) && !folders.some((folder) => isWithin(path, folder)))
      .flatMap((path) => ["--ro-bind", "/dev/null", path]),
    ...SOCKET_VARIABLES.flatMap((name) => ["--unsetenv", name]),
  ];
}

/** The command line of a command in its sandbox, made by bubblewrap. */
export function sandboxed(argv: readonly string[], sandbox: Sandbox): [string, ...string[]] {
  const { writable, kept, temporary } = sandbox;
  const variables: Env = {
    TMPDIR: temporary,
    XDG_CACHE_HOME: `${temporary}/cache`,
    npm_config_cache: `${temporary}/npm`,
  };
  return [
    ...WALLS,
    ...[...writable, temporary].flatMap((path) => ["--bind", path, path]),
    ...kept.flatMap((path) => ["--ro-bind-try", path, path]),
    ...withoutSockets(processEnv()),
    ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...argv,
  ];
}

/** Why no sandbox can be made here; undefined if one can. */
export async function whyNoSandbox(cwd: string): Promise<string | undefined> {
  const argv = [...WALLS, ...withoutSockets(processEnv()), "--", "true"];
  const { code, stderr } = await sh(argv, { cwd, timeoutMs: TRY_TIMEOUT_MS });
  if (code === 0) return undefined;
  return code === 127 ? "bwrap is not installed, or not on the PATH" : stderr.trim();
}
