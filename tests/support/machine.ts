import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const INSTALL_SH = fileURLToPath(new URL("../../install.sh", import.meta.url));

/** Stands for parex in a checkout: tells what it was given and what it may do. */
const MAIN = `
if (Deno.args[0] === "--version") console.log("parex 9.9.9");
else {
  const may = async (name) => (await Deno.permissions.query({ name })).state === "granted";
  console.log(JSON.stringify({
    args: Deno.args, cwd: Deno.cwd(), run: await may("run"), net: await may("net"), ffi: await may("ffi"),
  }));
}
`;

export type Machine = Awaited<ReturnType<typeof freshMachine>>;

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** A machine of its own: an empty HOME, and programs that come before the real ones. */
export async function freshMachine() {
  const root = await Deno.makeTempDir({ prefix: "parex-install-" });
  const [home, programs, temp] = ["home", "programs", "temp"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [home, programs, temp]) await Deno.mkdir(folder);
  const base = {
    HOME: home,
    PATH: `${programs}:${Deno.env.get("PATH")}`,
    TMPDIR: temp,
    DENO_DIR: join(root, "deno"),
    NO_COLOR: "1",
  };

  const run = async (program: string, args: string[] = [], env = {}, input?: string) => {
    const child = new Deno.Command(program, {
      args,
      cwd: root,
      clearEnv: true,
      env: { ...base, ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input ?? ""));
    await writer.close();
    const { code, stdout, stderr } = await child.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, stdout: text(stdout), stderr: text(stderr) } satisfies Ran;
  };
  const program = async (name: string, text: string) => {
    // Written by another process: a child that a concurrent test starts would inherit a file that this
    // one has open, and the system starts no program that is open for writing.
    await run("sh", ["-c", 'cat >"$1" && chmod +x "$1"', "sh", join(programs, name)], {}, text);
  };

  return {
    root,
    home,
    run,
    program,
    /** As a user would: piped into a shell. */
    install: async (args: string[], env: Record<string, string> = {}) =>
      await run("sh", ["-s", "--", ...args], env, await Deno.readTextFile(INSTALL_SH)),
    sh: (args: string[]) => run("sh", args),
    /** A checkout with a parex that is quick to run. */
    checkout: async (name: string) => {
      const folder = join(root, name);
      await Deno.mkdir(join(folder, "src"), { recursive: true });
      await Deno.copyFile(INSTALL_SH, join(folder, "install.sh"));
      await Deno.writeTextFile(join(folder, "deno.json"), "{}");
      await Deno.writeTextFile(join(folder, "src/main.ts"), MAIN);
      return folder;
    },
    /** Every file in HOME and in the folder for temporary files. */
    files: async () => [...await filesBelow(home), ...await filesBelow(temp)],
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...await filesBelow(path));
    else found.push(path);
  }
  return found.sort();
}

/** A release 9.9.9, which is also the newest one, on loopback. */
export async function serveReleases(
  machine: Machine,
  given: { checksum?: string; program?: string; newline?: string } = {},
) {
  const folder = await Deno.makeTempDir({ dir: machine.root });
  const archiveName = `parex-${Deno.build.target}.tar.gz`;
  const program = given.program ?? "#!/bin/sh\necho parex 9.9.9\n";
  await Deno.writeTextFile(join(folder, "parex"), program, { mode: 0o755 });
  await machine.run("tar", ["-czf", join(folder, archiveName), "-C", folder, "parex"]);
  const archive = await Deno.readFile(join(folder, archiveName));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", archive)).toHex();

  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const path = new URL(request.url).pathname;
    asked.push(path);
    if (!/^\/(latest\/download|download\/v9\.9\.9)\//.test(path)) {
      return new Response("not found", { status: 404 });
    }
    return path.endsWith(".sha256")
      ? new Response(`${given.checksum ?? digest}  ${archiveName}${given.newline ?? "\n"}`)
      : new Response(archive);
  });
  return {
    asked,
    env: { PAREX_DOWNLOAD_BASE: `http://127.0.0.1:${server.addr.port}` },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
