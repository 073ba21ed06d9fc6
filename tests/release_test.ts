/**
 * What more than one file must agree on for a release to install and to run.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { selfArgv } from "../src/exec/self.ts";
import { VERSION } from "../src/domain/names.ts";
import { assert, assertEquals, assertMatch } from "./support/assert.ts";
import { freshMachine, serveReleases } from "./support/machine.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => Deno.readTextFile(join(ROOT, path));

/** What `uname -sm` says, and the archive that the release workflow makes for it. */
const MACHINES: Record<string, string> = {
  "Linux x86_64": "parex-x86_64-unknown-linux-gnu.tar.gz",
  "Linux aarch64": "parex-aarch64-unknown-linux-gnu.tar.gz",
  "Darwin x86_64": "parex-x86_64-apple-darwin.tar.gz",
  "Darwin arm64": "parex-aarch64-apple-darwin.tar.gz",
};
const WINDOWS_ARCHIVE = "parex-x86_64-pc-windows-msvc.zip";

Deno.test("the release workflow makes what install.sh asks for, and the Windows zip", async () => {
  const workflow = parse(await read(".github/workflows/release.yml")) as {
    jobs: { build: { strategy: { matrix: { include: { archive: string }[] } } } };
  };
  const archives = workflow.jobs.build.strategy.matrix.include.map((row) => row.archive);
  assertEquals(archives.toSorted(), [...Object.values(MACHINES), WINDOWS_ARCHIVE].toSorted());
  assert((await read("install.sh")).includes(WINDOWS_ARCHIVE));
});

Deno.test("install.sh asks for the archive of the machine it runs on", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine);
  for (const [uname, archive] of Object.entries(MACHINES)) {
    await machine.program("uname", `#!/bin/sh\necho ${uname}\n`);
    await machine.install([], releases.env);
    assertEquals(releases.asked.splice(0)[0], `/latest/download/${archive}`);
  }
});

Deno.test("install.sh points to the zip on Windows, and to the sources elsewhere", async () => {
  await using machine = await freshMachine();
  await machine.program("uname", "#!/bin/sh\necho MINGW64_NT-10.0 x86_64\n");
  assertMatch((await machine.install([])).stderr, RegExp(WINDOWS_ARCHIVE));
  await machine.program("uname", "#!/bin/sh\necho FreeBSD amd64\n");
  assertMatch((await machine.install([])).stderr, /from a checkout of the sources/);
});

Deno.test("the binary, the launcher and the tasks may do the same, and no more", async () => {
  const { tasks } = JSON.parse(await read("deno.json")) as {
    tasks: Record<"compile" | "parex" | "demo", { command: string }>;
  };
  const expected = [
    "--allow-env",
    "--allow-net=api.anthropic.com:443,127.0.0.1,localhost",
    "--allow-read",
    "--allow-run",
    "--allow-sys=cpus,gid,osRelease,uid",
    "--allow-write",
    "--no-prompt",
  ];
  const launcher = /^PERMISSIONS='(.*)'$/m.exec(await read("install.sh"))?.[1] ?? "";
  const { compile, parex, demo } = tasks;
  const itself = selfArgv().join(" ");
  for (const from of [launcher, compile.command, parex.command, demo.command, itself]) {
    assertEquals(from.match(/(?<= |^)(--(allow|no-prompt)\S*|-[A-Z]\b)/g)?.toSorted(), expected);
  }
});

Deno.test("the version is the same wherever it stands", async () => {
  assertEquals(JSON.parse(await read("deno.json")).version, VERSION);
  assertMatch(await read("CHANGELOG.md"), RegExp(`^## \\[?(Unreleased|${VERSION})`, "m"));
});

Deno.test("every file that names Deno's version names the same one", async () => {
  const pinned = /^DENO_VERSION=(.*)$/m.exec(await read("install.sh"))?.[1];
  assertEquals(pinned, Deno.version.deno);
  for (const file of [".github/workflows/ci.yml", ".github/workflows/release.yml", "README.md"]) {
    const named = [...(await read(file)).matchAll(/\bdeno@(\d[\w.]*\w)/g)].map((match) => match[1]);
    assertEquals([file, new Set(named)], [file, new Set([pinned])]);
  }
});
