import { COMMANDS } from "../../src/cli/commands.ts";
import { runCli } from "../../src/cli/program.ts";
import { VERSION } from "../../src/domain/names.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { parex, parexArgv } from "../support/parex.ts";
import { recordedIo } from "./recorded_io.ts";

const VISIBLE = COMMANDS.filter((entry) => !entry.hidden);

async function run(...args: string[]) {
  const io = recordedIo();
  const code = await runCli(args, io);
  return { code, stdout: io.stdout(), stderr: io.stderr() };
}

function assertFits(text: string): void {
  for (const line of text.split("\n")) assert(line.length <= 80, `wider than 80: ${line}`);
}

Deno.test("parex prints its help on stdout and exits 0 however it is asked", async () => {
  const { code, stdout, stderr } = await parex([]);
  assertEquals([code, stderr], [0, ""]);
  assertFits(stdout);
  for (const { name, summary } of VISIBLE) {
    assert(stdout.includes(name) && stdout.includes(summary), `no ${name} in the help`);
  }
  for (const hidden of COMMANDS.filter((entry) => entry.hidden)) {
    assert(!stdout.includes(hidden.summary), `${hidden.name} is in the help`);
  }
  for (const args of [["--help"], ["-h"], ["help"], ["help", "--help"]]) {
    assertEquals(await run(...args), { code, stdout, stderr });
  }
});

Deno.test("parex --help fits on one screen, and a narrow one too", async () => {
  const { stdout } = await parex(["--help"]);
  assert(stdout.trimEnd().split("\n").length <= 50, stdout);
  const narrow = await parex(["--help"], { env: { COLUMNS: "60" } });
  for (const line of narrow.stdout.split("\n")) assert(line.length <= 60, line);
});

Deno.test("parex --version prints the version", async () => {
  assertEquals(await parex(["--version"]), { code: 0, stdout: `parex ${VERSION}\n`, stderr: "" });
  assertEquals((await run("-v")).stdout, `parex ${VERSION}\n`);
  assertEquals((await run("-V")).stdout, `parex ${VERSION}\n`);
});

for (const { name, usage } of COMMANDS) {
  Deno.test(`parex help ${name} prints the command's own help within 80 columns`, async () => {
    const { code, stdout, stderr } = await run("help", name);
    assertEquals([code, stderr], [0, ""]);
    assertFits(stdout);
    const takes = usage === "" ? "" : ` ${usage}`;
    assert(
      stdout.startsWith(`Usage: parex ${name} [options]${takes}\n`),
      `the table says "${takes}", the command says: ${stdout.split("\n")[0]}`,
    );
    assertEquals(await run(name, "--help"), { code, stdout, stderr });
  });
}

Deno.test("parex suggests the command that a mistyped one means, on stderr, and exits 2", async () => {
  const { code, stdout, stderr } = await parex(["completoins", "bash"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /unknown command 'completoins'/);
  assertMatch(stderr, /did you mean `parex completions`\?/);
  assertMatch(stderr, /usage: parex <command>/);
});

Deno.test("parex suggests its command for the names that other tools use", async () => {
  for (const [typed, meant] of [["run", "execute"], ["list", "runs"], ["start", "execute"]]) {
    const { code, stderr } = await run(typed ?? "");
    assertEquals(code, 2);
    assert(stderr.includes(`did you mean \`parex ${meant}\`?`), stderr);
  }
});

Deno.test("parex suggests the option that a mistyped one means, with the command's usage", async () => {
  const { code, stdout, stderr } = await parex(["completions", "--hlep"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /unknown option '--hlep'/);
  assertMatch(stderr, /did you mean --help\?/);
  assertMatch(stderr, /usage: parex completions \[options\] <shell>/);
});

Deno.test("a command with --json that fails prints the failure as one object, and explains it", async () => {
  const wrong: [args: string[], reason: string, exitCode: number][] = [
    [["execute", "--json", "no/such/plan.yaml"], "plan_not_found", 2],
    [["validate", "--json", "no/such/plan.yaml"], "plan_not_found", 2],
    [["status", "--json", "--jsno"], "usage", 2],
    [["nonsense", "--json"], "usage", 2],
  ];
  for (const [args, reason, exitCode] of wrong) {
    const { code, stdout, stderr } = await run(...args);
    const { type, error } = JSON.parse(stdout);
    assertEquals([code, type, error.reason, error.exit_code], [
      exitCode,
      "error",
      reason,
      exitCode,
    ]);
    assert(error.next.length > 0, `${args}: nothing to do next`);
    assert(stderr.startsWith(`error: ${error.message}\n`), stderr);
  }
});

Deno.test("parex explains what else is wrong with a command line, and exits 2", async () => {
  const wrong: [args: string[], says: RegExp][] = [
    [["plan.yaml"], /did you mean `parex execute plan\.yaml`\?/],
    [["--verison"], /unknown option '--verison'\nnext: did you mean `parex --version`\?/],
    [["version"], /did you mean `parex --version`\?/],
    [["--jobs", "3"], /options come after the command/],
    [
      ["help", "nothing-like-it"],
      /unknown command 'nothing-like-it'; the commands are .*, check, [^]*\nnext: parex --help/,
    ],
    [["completions"], /missing required argument 'shell'/],
    [
      ["completions", "tcsh"],
      /"tcsh" is not valid for <shell>; expected bash, zsh, fish, powershell/,
    ],
    [["completions", "bash", "zsh"], /too many arguments/],
  ];
  for (const [args, says] of wrong) {
    const { code, stdout, stderr } = await run(...args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, says);
  }
});

Deno.test("parex ends quietly when the reader of its output has gone", async () => {
  const [program, ...args] = parexArgv(["completions", "bash"]);
  const child = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: testEnv(),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, stderr], [0, ""]);
});

/** A `deno.json` in which none of the libraries that cost time to load can be found. */
async function withoutLibraries(use: (config: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const url = new URL("../../deno.json", import.meta.url);
    const { imports } = JSON.parse(await Deno.readTextFile(url));
    const kept = { picocolors: imports.picocolors };
    const missing = Object.keys(imports).filter((name) => !(name in kept))
      .map((name) => [name, "file:///nowhere/missing.js"]);
    const config = `${folder}/deno.json`;
    const hidden = { ...Object.fromEntries(missing), ...kept };
    await Deno.writeTextFile(config, JSON.stringify({ imports: hidden, nodeModulesDir: "none" }));
    await use(config);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("parex --version and --help work without any library of the commands", async () => {
  await withoutLibraries(async (config) => {
    for (const args of [["--version"], ["--help"], []]) {
      const { code, stderr } = await parex(args, { config });
      assertEquals([code, stderr], [0, ""], args.join(" "));
    }
  });
});

Deno.test("parex calls a throw a bug: exit 70, what was thrown, the version, where to report", async () => {
  await withoutLibraries(async (config) => {
    const { code, stdout, stderr } = await parex(["completions", "bash"], { config });
    assertEquals([code, stdout], [70, ""]);
    assertMatch(stderr, /^error: this is a bug in parex/);
    assertMatch(stderr, /nowhere\/missing\.js/);
    assertMatch(stderr, new RegExp(`parex ${VERSION}, deno \\d`));
    assertMatch(stderr, /please report it.*https:\/\//);
    assertMatch(stderr, /PAREX_DEBUG=1 shows more/);
    const debugged = await parex(["completions", "bash"], { config, env: { PAREX_DEBUG: "1" } });
    assertEquals(debugged.code, 70);
    assert(!debugged.stderr.includes("PAREX_DEBUG=1"), "it is on already");
  });
});
