import { join } from "node:path";
import { command } from "../../src/cli/init.ts";
import { parseConfig } from "../../src/config/file.ts";
import { resultOf } from "../../src/domain/failed.ts";
import { exitCodeOf, type Failure } from "../../src/domain/failure.ts";
import { explain } from "../../src/report/messages/explain.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { withEnv } from "../support/env.ts";
import { parex } from "../support/parex.ts";
import { planFiles } from "../support/plan_files.ts";
import { tempRepo, textOf } from "../support/repo.ts";
import { treeOf } from "../support/tree.ts";
import { recordedIo } from "./recorded_io.ts";

const SETTINGS = ".claude/settings.json";

/** `parex init <args>` in a folder. */
async function init(cwd: string, ...args: string[]) {
  const io = { ...recordedIo(), cwd };
  const ended: { code?: number; failure?: Failure } = {};
  const parsed = command({ io, args: [], exit: (code) => void (ended.code = code) });
  const done = await resultOf(() => parsed.parseAsync(args, { from: "user" }));
  if (!done.ok) ended.failure = done.failure;
  return { ...ended, stdout: io.stdout(), stderr: io.stderr() };
}

Deno.test("init shows what it would change and changes nothing when it cannot ask", async () => {
  await using repo = await tempRepo();
  const { failure, stderr } = await init(repo.root);
  assertEquals(failure?.reason, "usage");
  assertMatch(stderr, /^\.claude\/settings\.json {2}new\n {2}\+ permissions\.allow: Bash\(git add/);
  assertEquals(Object.keys(await treeOf(repo.root)), ["README.md"]);
});

Deno.test("init --dry-run shows the same on stdout", async () => {
  await using repo = await tempRepo();
  const { stdout, code, failure } = await init(repo.root, "--dry-run");
  assertMatch(stdout, /\.parallel\/config\.yaml {2}new/);
  assertEquals([code, failure], [undefined, undefined]);
  assertEquals(Object.keys(await treeOf(repo.root)), ["README.md"]);
});

Deno.test("init --yes writes settings, a command and a config of comments; once more changes nothing", async () => {
  await using repo = await tempRepo({ files: { "package.json": '{"scripts":{"test":"true"}}' } });
  await init(repo.root, "--yes");
  const tree = await treeOf(repo.root);
  assertEquals(Object.keys(tree), [
    ".claude/commands/parex.md",
    ".claude/settings.json",
    ".parallel/config.yaml",
    "package.json",
  ]);
  assertMatch(await repo.read(SETTINGS), /"command": ".*hook"/);
  const config = await repo.read(".parallel/config.yaml");
  assertMatch(config, /^# test: npm run test$/m);
  const { problems, given } = parseConfig("config.yaml", config);
  assertEquals([problems, given.size], [[], 0]);
  assertEquals((await init(repo.root, "--yes")).stdout, "Everything is set up already.\n");
  assertEquals(await treeOf(repo.root), tree);
});

Deno.test("init adds no hooks and no command beside the plugin, and otherwise offers it", async () => {
  await using repo = await tempRepo();
  const offered = await init(repo.root, "--yes");
  assertMatch(offered.stderr, /claude plugin install parex@parex/);
  await init(repo.root, "--undo", "--yes");
  await repo.write({ "home/settings.json": '{"enabledPlugins":{"parex@parex":true}}' });
  using _ = withEnv({ CLAUDE_CONFIG_DIR: join(repo.root, "home") });
  const { stdout, stderr } = await init(repo.root, "--yes");
  assertMatch(stderr, /^The plugin brings the hooks and \/parex/m);
  assertMatch(stdout, /permissions\.allow: Bash\(parex:\*\)/);
  assert(!/hooks\.|commands\/parex/.test(stdout), stdout);
});

Deno.test("the lines of init's config are valid settings without their comment signs", async () => {
  await using repo = await tempRepo({ files: { "deno.json": "{}", "a_test.ts": "" } });
  await init(repo.root, "--yes");
  const config = await repo.read(".parallel/config.yaml");
  const set = config.split("\n").flatMap((line) => /^# ([a-z-]+: .*)$/.exec(line)?.[1] ?? []);
  assert(set.length > 2, config);
  assertEquals(parseConfig("config.yaml", set.join("\n")).problems, []);
});

Deno.test("what init has written need not be committed before a run", async () => {
  await using repo = await tempRepo({ files: planFiles({ a: {} }) });
  await init(repo.root, "--yes");
  const { code, stderr } = await parex(["execute", "--agent-command", "echo a > a.txt"], {
    cwd: repo.root,
  });
  assertEquals(code, 0, stderr);
});

Deno.test("init sets up a repository that has no commit yet, and nothing outside of one", async () => {
  await using repo = await tempRepo({ committed: false });
  await init(repo.root, "--yes");
  assertMatch(await repo.read(SETTINGS), /acceptEdits/);
  const { failure } = await init(join(repo.root, ".."), "--yes");
  assertEquals(failure?.reason, "not_a_repository");
});

Deno.test("init keeps a config and a command that are there", async () => {
  await using repo = await tempRepo();
  const own = { ".parallel/config.yaml": "jobs: 2\n", ".claude/commands/parex.md": "mine\n" };
  await repo.write(own);
  await init(repo.root, "--yes");
  await init(repo.root, "--undo", "--yes");
  for (const [path, text] of Object.entries(own)) assertEquals(await repo.read(path), text);
});

Deno.test("init --undo removes what init made, and no folder that something else lies in", async () => {
  await using repo = await tempRepo();
  await init(repo.root, "--yes");
  await repo.write({ ".parallel/plans/plan.yaml": "mine\n" });
  await init(repo.root, "--undo", "--yes");
  assertEquals(Object.keys(await treeOf(repo.root)), [".parallel/plans/plan.yaml", "README.md"]);
  assertEquals((await init(repo.root, "--undo", "--yes")).stdout, "Nothing to undo.\n");
});

Deno.test("init --undo keeps what a person has changed since", async () => {
  await using repo = await tempRepo();
  await init(repo.root, "--yes");
  await repo.write({ ".parallel/config.yaml": "jobs: 2\n" });
  const settings = JSON.parse(await repo.read(SETTINGS));
  await repo.write({ [SETTINGS]: JSON.stringify({ ...settings, model: "opus" }) });
  await init(repo.root, "--undo", "--yes");
  assertEquals(JSON.parse(await repo.read(SETTINGS)), { model: "opus" });
  assertEquals(await repo.read(".parallel/config.yaml"), "jobs: 2\n");
});

Deno.test("init keeps broken settings and reports the position of the error", async () => {
  await using repo = await tempRepo();
  await repo.write({ [SETTINGS]: '{"permissions": {' });
  const { failure } = await init(repo.root, "--yes");
  assert(failure?.reason === "claude_settings_invalid");
  assertEquals(exitCodeOf(failure), 2);
  const { message, next } = explain(failure);
  assertMatch(message, /^Claude Code's settings have an error: .*settings\.json$/);
  assertEquals(next, ["fix them, then: parex init"]);
  assertEquals(await repo.read(SETTINGS), '{"permissions": {');
});

Deno.test("init leaves read-only settings as they are", async () => {
  await using repo = await tempRepo();
  await repo.write({ [SETTINGS]: "{}" });
  await Deno.chmod(join(repo.root, SETTINGS), 0o444);
  const { failure } = await init(repo.root, "--yes");
  assertEquals(failure?.reason, "io_failed");
  assertEquals(await repo.read(SETTINGS), "{}");
});

Deno.test("init fails if a file is in the place of its folder", async () => {
  await using repo = await tempRepo({ files: { ".claude": "a file\n" } });
  const { failure } = await init(repo.root, "--yes");
  assertEquals(failure?.reason, "io_failed");
  assertEquals(await repo.read(".claude"), "a file\n");
});

Deno.test("init writes through a link and keeps its target's mode", async () => {
  await using repo = await tempRepo();
  await repo.write({ "dotfiles/settings.json": "{}\n", ".claude/other": "" });
  const target = join(repo.root, "dotfiles/settings.json");
  await Deno.chmod(target, 0o600);
  await Deno.symlink(target, join(repo.root, SETTINGS));
  await init(repo.root, "--yes");
  assert((await Deno.lstat(join(repo.root, SETTINGS))).isSymlink);
  const { mode } = await Deno.stat(target);
  assertEquals((mode ?? 0) & 0o777, 0o600);
  assertMatch(await Deno.readTextFile(target), /acceptEdits/);
});

Deno.test("init --local writes to the local settings", async () => {
  await using repo = await tempRepo();
  await init(repo.root, "--local", "--yes");
  assertMatch(await repo.read(".claude/settings.local.json"), /acceptEdits/);
  assertEquals(await textOf(join(repo.root, SETTINGS)), undefined);
});

Deno.test("init --user writes to Claude Code's own folder, also outside of a repository", async () => {
  const home = await Deno.makeTempDir();
  using _ = withEnv({ CLAUDE_CONFIG_DIR: join(home, "claude") });
  try {
    await init(home, "--user", "--yes");
    assertEquals(Object.keys(await treeOf(home)), [
      "claude/commands/parex.md",
      "claude/parex/init.json",
      "claude/settings.json",
    ]);
    await init(home, "--user", "--undo", "--yes");
    assertEquals(await treeOf(home), {});
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
