import { dirname, join } from "node:path";
import { type SocketName, SOCKETS } from "../domain/settings.ts";
import { exists, isWithin } from "../util/files.ts";
import type { Env } from "./env.ts";

/** What a sandbox hides. Paths are absolute and exist. */
export interface ClosedSockets {
  variables: string[];
  folders: string[];
  files: string[];
}

interface Found {
  variables: string[];
  paths: string[];
}

/** All sockets but those that are allowed. */
export function closedSockets(env: Env, allowed: readonly string[]): ClosedSockets {
  const user = Deno.uid() ?? 0;
  const closed = SOCKETS.filter((name) => !allowed.includes(name))
    .map((name) => FIND[name](env, user));
  const open = SOCKETS.filter((name) => allowed.includes(name))
    .flatMap((name) => FIND[name](env, user).paths);
  const paths = [...new Set(closed.flatMap((found) => found.paths))]
    .filter((path) => exists(path) && !open.some((socket) => isWithin(socket, path)));
  const folders = paths.filter(isFolder);
  const files = paths.filter((path) => !folders.some((folder) => isWithin(path, folder)));
  return { variables: closed.flatMap(({ variables }) => variables), folders, files };
}

const FIND: { readonly [K in SocketName]: (env: Env, user: number) => Found } = {
  "ssh-agent": (env) => ({
    variables: ["SSH_AUTH_SOCK", "SSH_AGENT_PID"],
    paths: [
      ...absolute(env.SSH_AUTH_SOCK),
      ...foldersIn("/tmp", "ssh-"),
      ...foldersIn("/private/tmp", "com.apple.launchd."),
      join(env.HOME || "/", ".ssh/agent"),
    ],
  }),
  docker: (env, user) => ({
    variables: ["DOCKER_HOST", "CONTAINER_HOST"],
    paths: [
      ...absolute(env.DOCKER_HOST?.replace(/^unix:\/\//, "")),
      ...absolute(env.CONTAINER_HOST?.replace(/^unix:\/\//, "")),
      ...["/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock"],
      ...["/run/containerd/containerd.sock", `/run/user/${user}/docker.sock`],
      ...[`/run/user/${user}/podman`, join(env.HOME || "/", ".docker/run")],
      join(env.HOME || "/", ".colima/default/docker.sock"),
    ],
  }),
  dbus: (_, user) => ({
    variables: ["DBUS_SESSION_BUS_ADDRESS"],
    // systemd, keyrings and GnuPG listen there, too.
    paths: ["/run/dbus/system_bus_socket", `/run/user/${user}`],
  }),
  tmux: (env, user) => ({
    variables: ["TMUX", "TMUX_PANE", "STY"],
    paths: [
      ...absolute(env.TMUX?.split(",")[0]).map(dirname),
      join(env.TMUX_TMPDIR || "/tmp", `tmux-${user}`),
      `/run/screen/S-${env.USER ?? ""}`,
    ],
  }),
};

function absolute(path = ""): string[] {
  return path.startsWith("/") ? [path] : [];
}

function foldersIn(folder: string, prefix: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name)
      .filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
  } catch {
    return []; // none
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false; // a dangling link
  }
}
