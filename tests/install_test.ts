import { join } from "node:path";
import { assertEquals, assertMatch } from "./support/assert.ts";
import { freshMachine, INSTALL_SH, serveReleases } from "./support/machine.ts";
import { findTool, needs } from "./support/needs.ts";

const ARCHIVE = `parex-${Deno.build.target}.tar.gz`;

/** Stands for Deno on the PATH: all of it is real, but it cannot compile. */
const DENO_WITHOUT_RUNTIME = `#!/bin/sh
case "$*" in
  *execPath*) echo "$0" ;;
  task*) echo "error: the runtime cannot be downloaded" >&2; exit 1 ;;
  *) exec '${Deno.execPath()}' "$@" ;;
esac
`;

Deno.test("install.sh refuses an unknown argument, and changes nothing", async () => {
  await using machine = await freshMachine();
  const { code, stderr } = await machine.install(["--frobnicate"]);
  assertEquals(code, 2);
  assertMatch(stderr, /unknown argument: --frobnicate/);
  assertEquals(await machine.files(), []);
});

Deno.test("install.sh needs a value for --prefix and --version", async () => {
  await using machine = await freshMachine();
  for (const flag of ["--prefix", "--version"]) {
    assertEquals((await machine.install([flag])).code, 2);
  }
  assertEquals((await machine.install(["--version", "../../x"])).code, 2);
});

Deno.test("install.sh asks for --prefix where HOME is not set", async () => {
  await using machine = await freshMachine();
  const { code, stderr } = await machine.install(["--uninstall"], { HOME: "" });
  assertEquals(code, 2);
  assertMatch(stderr, /--prefix/);
});

Deno.test("install.sh --help explains itself", async () => {
  await using machine = await freshMachine();
  const { code, stdout } = await machine.install(["--help"]);
  assertEquals(code, 0);
  for (const flag of ["--prefix", "--uninstall", "--version"]) assertMatch(stdout, RegExp(flag));
});

Deno.test("install.sh makes a launcher where Deno cannot compile, and says so", async () => {
  await using machine = await freshMachine();
  const checkout = await machine.checkout("it's a checkout");
  await machine.program("deno", DENO_WITHOUT_RUNTIME);

  const { code, stdout, stderr } = await machine.sh([join(checkout, "install.sh")]);

  assertEquals(code, 0, stderr);
  assertMatch(stderr, /the runtime cannot be downloaded/);
  assertMatch(stderr, /launcher/);
  assertMatch(stdout, /Installed parex 9\.9\.9/);
  const elsewhere = await Deno.realPath(machine.root);
  const told = await machine.run(join(machine.home, ".local/bin/parex"), ["a b", "--json"]);
  assertEquals(JSON.parse(told.stdout), {
    args: ["a b", "--json"],
    cwd: elsewhere,
    run: true,
    net: false,
    ffi: false,
  });
});

Deno.test("install.sh installs nothing from a checkout that does not run", async () => {
  await using machine = await freshMachine();
  const checkout = await machine.checkout("checkout");
  await Deno.writeTextFile(join(checkout, "src/main.ts"), "Deno.exit(1);");
  await machine.program("deno", DENO_WITHOUT_RUNTIME);
  const { code, stderr } = await machine.sh([join(checkout, "install.sh")]);
  assertEquals(code, 1);
  assertMatch(stderr, /does not run/);
  assertEquals((await machine.files()).filter((path) => path.includes(".local")), []);
});

Deno.test("install.sh installs the newest release, into a folder with spaces", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine);
  const prefix = join(machine.root, "my programs");

  const { code, stdout, stderr } = await machine.install(["--prefix", prefix], releases.env);

  assertEquals(code, 0, stderr);
  assertEquals(releases.asked, [
    `/latest/download/${ARCHIVE}`,
    `/latest/download/${ARCHIVE}.sha256`,
  ]);
  assertMatch(stdout, /is not on the PATH/);
  assertEquals((await machine.run(join(prefix, "bin/parex"))).stdout, "parex 9.9.9\n");
  assertEquals(await Array.fromAsync(Deno.readDir(join(prefix, "bin")), (entry) => entry.name), [
    "parex",
  ]);
});

Deno.test("install.sh finds its folder on the PATH, also where --prefix ends with a slash", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine);
  const path = `${join(machine.home, "x/bin")}:${Deno.env.get("PATH")}`;
  const env = { ...releases.env, PATH: path };
  const { code, stdout } = await machine.install(["--prefix", join(machine.home, "x/")], env);
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").slice(1), [
    `Installed parex 9.9.9: ${join(machine.home, "x/bin/parex")}`,
    "",
  ]);
});

Deno.test("install.sh --version takes that release, and running it again changes nothing", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine);
  assertEquals((await machine.install(["--version", "v9.9.9"], releases.env)).code, 0);
  const once = await machine.files();
  assertEquals((await machine.install(["--version", "9.9.9"], releases.env)).code, 0);
  assertEquals(await machine.files(), once);
  assertEquals(new Set(releases.asked.map((path) => path.split("/")[2])), new Set(["v9.9.9"]));
});

Deno.test("install.sh reads a checksum that no newline ends", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine, { newline: "" });
  const { code, stderr } = await machine.install([], releases.env);
  assertEquals(code, 0, stderr);
});

Deno.test("install.sh leaves nothing behind when the checksum is wrong", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine, { checksum: "0".repeat(64) });
  const { code, stderr } = await machine.install([], releases.env);
  assertEquals(code, 1);
  assertMatch(stderr, /checksum .* should be 0{64}/);
  assertEquals(await machine.files(), []);
});

Deno.test("install.sh leaves nothing behind when there is no such release", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine);
  const { code, stderr } = await machine.install(["--version", "0.0.1"], releases.env);
  assertEquals(code, 1);
  assertMatch(stderr, /download failed: .*v0\.0\.1/);
  assertEquals(await machine.files(), []);
});

Deno.test("install.sh keeps the old parex when the new one does not run", async () => {
  await using machine = await freshMachine();
  const installed = join(machine.home, ".local/bin/parex");
  await using good = await serveReleases(machine);
  assertEquals((await machine.install([], good.env)).code, 0);
  await using broken = await serveReleases(machine, { program: "#!/bin/sh\nexit 1\n" });
  assertEquals((await machine.install([], broken.env)).code, 1);
  assertEquals((await machine.run(installed)).stdout, "parex 9.9.9\n");
});

Deno.test("install.sh downloads from nowhere without https but this machine", async () => {
  await using machine = await freshMachine();
  const { code, stderr } = await machine.install([], {
    PAREX_DOWNLOAD_BASE: "http://example.org/releases",
  });
  assertEquals(code, 1);
  assertMatch(stderr, /without https/);
});

Deno.test("install.sh --uninstall removes what it installed, and can be said twice", async () => {
  await using machine = await freshMachine();
  await using releases = await serveReleases(machine);
  await machine.install([], releases.env);
  assertEquals((await machine.install(["--uninstall"])).code, 0);
  assertEquals(await machine.files(), []);
  const again = await machine.install(["--uninstall"]);
  assertEquals(again.code, 0);
  assertMatch(again.stdout, /not installed/);
});

Deno.test({
  ...needs("shellcheck", findTool("shellcheck")),
  name: "install.sh is clean for shellcheck",
  fn: async () => {
    const { stdout } = await new Deno.Command("shellcheck", { args: [INSTALL_SH] }).output();
    assertEquals(new TextDecoder().decode(stdout), "");
  },
});
