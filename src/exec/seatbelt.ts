import { TIMEOUTS } from "../domain/timeouts.ts";
import { sh } from "./sh.ts";
import type { ClosedSockets } from "./sockets.ts";
import type { Walls } from "./walls.ts";

const PROGRAM = "/usr/bin/sandbox-exec";

/** The command line of a command in a sandbox of macOS. */
export function seatbelted(
  argv: readonly string[],
  walls: Walls,
  closed: ClosedSockets,
): [string, ...string[]] {
  const variables = Object.entries({ TMPDIR: walls.temporary, ...walls.env })
    .map(([name, value]) => `${name}=${value}`);
  return [
    PROGRAM,
    ...["-p", seatbeltProfile(walls, closed)],
    "/usr/bin/env",
    ...closed.variables.flatMap((name) => ["-u", name]),
    ...variables,
    ...argv,
  ];
}

/** Seatbelt's rules; of two that match, the later one holds. */
export function seatbeltProfile(
  { writable, kept, temporary }: Pick<Walls, "writable" | "kept" | "temporary">,
  { files, folders }: Pick<ClosedSockets, "files" | "folders">,
): string {
  return [
    "(version 1)",
    "(allow default)",
    "(deny file-write*)",
    ...rules("allow file-write*", [...writable, temporary]),
    // Terminals, and what a shell redirects to.
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/dtracehelper"))',
    '(allow file-write* (regex #"^/dev/(tty|pty|fd/|std(out|err)$)"))',
    ...rules("deny file-write*", kept),
    // Neither processes outside nor applications that would start one.
    "(deny signal)",
    "(allow signal (target same-sandbox))",
    "(deny appleevent-send)",
    "(deny lsopen)",
    ...[...files, ...folders].map((path) =>
      `(deny network-outbound (remote unix-socket (subpath ${quoted(path)})))`
    ),
  ].join("\n");
}

function rules(rule: string, paths: readonly string[]): string[] {
  return paths.map((path) => `(${rule} (subpath ${quoted(path)}))`);
}

function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Why no sandbox can be made; undefined if one can. */
export async function whyNoSeatbelt(folder: string): Promise<string | undefined> {
  const none = { writable: [], kept: [], temporary: folder };
  const profile = seatbeltProfile(none, { files: [], folders: [] });
  const argv = [PROGRAM, "-p", profile, "/usr/bin/true"];
  const { code, stderr } = await sh(argv, { cwd: folder, timeoutMs: TIMEOUTS.sandboxTrial });
  return code === 0 ? undefined : stderr.trim() || `sandbox-exec ended with exit code ${code}`;
}
