/** git that dies or refuses: signals, hooks, signatures, locks, settings, remotes. */
import { join } from "node:path";
import { shellWord } from "../../src/exec/quote.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { findTool } from "../support/needs.ts";
import { writeFiles } from "../support/repo.ts";
import { eventsOf, type Rig, rig } from "../support/rig.ts";

/** A `git` that comes before the real one. */
async function gitThat(stage: Rig, script: string): Promise<{ PATH: string }> {
  const git = shellWord(findTool("git") ?? "git");
  await writeFiles(stage.home, { "programs/git": `#!/bin/sh\n${script}\nexec ${git} "$@"\n` });
  await Deno.chmod(join(stage.home, "programs/git"), 0o755);
  return { PATH: `${join(stage.home, "programs")}:${Deno.env.get("PATH")}` };
}

async function hook(stage: Rig, name: string, script: string): Promise<void> {
  const path = `.git/hooks/${name}`;
  await writeFiles(stage.root, { [path]: `#!/bin/sh\n${script}\n` });
  await Deno.chmod(join(stage.root, path), 0o755);
}

async function withRemote(stage: Rig): Promise<string> {
  const remote = join(stage.home, "remote.git");
  await stage.repo.git(["clone", "-q", "--bare", ".", remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  return remote;
}

const ONCE = `[ -e "$RIG/killed" ] || { touch "$RIG/killed"; kill -KILL $$; }`;

Deno.test("a git that is killed while it makes a worktree is called again, or its task says so", async () => {
  await using stage = await rig();
  const env = await gitThat(stage, `case "$*" in *"worktree add"*) ${ONCE};; esac`);
  const first = await stage.parex(["execute"], { env });
  const status = await stage.status("a");
  assert(status === "completed" || status === "blocked", first.stderr);
  assertEquals(/bug in parex/.test(first.stderr), false, first.stderr);
  const next = status === "blocked" ? await stage.parex(["retry", "a"], { env }) : first;
  assertEquals(next.code, 0, next.stderr);
  assertEquals(await stage.filesOf("a").then((files) => files.includes("a.txt")), true);
});

Deno.test("a git that is killed while it commits loses nothing of the agent's work", async () => {
  await using stage = await rig({ agent: { a: "echo work > a.txt" } });
  const env = await gitThat(stage, `case "$*" in *"commit"*) ${ONCE};; esac`);
  const first = await stage.parex(["execute", "--attempts", "1"], { env });
  const next = first.code === 0 ? first : await stage.parex(["retry", "a"], { env });
  assertEquals(next.code, 0, next.stderr);
  assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "work");
});

Deno.test("a git that is killed while it merges leaves the base and no half merge", async () => {
  await using stage = await rig({ agent: { a: 'echo "by a" > a.txt' } });
  const env = await gitThat(stage, `case "$*" in *merge*) ${ONCE};; esac`);
  const first = await stage.parex(["execute", "--land", "merge"], { env });
  assertEquals(/bug in parex/.test(first.stderr), false, first.stderr);
  await stage.repo.git(["fsck", "--no-dangling"]);
  const next = first.code === 0
    ? first
    : await stage.parex(["retry", "a", "--land", "merge"], { env });
  assertEquals(next.code, 0, next.stderr);
  assertEquals(await stage.repo.git(["show", "main:a.txt"]), "by a");
});

Deno.test("a git that always dies ends with 3 and its command, and begins nothing", async () => {
  await using stage = await rig();
  const env = await gitThat(stage, "kill -SEGV $$");
  const { code, stderr } = await stage.parex(["execute"], { env });
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /git/);
  assertEquals(await stage.status("a"), "pending");
});

Deno.test("a git that prints nonsense ends with 3, and is no bug", async () => {
  await using stage = await rig();
  const env = await gitThat(stage, "printf 'x\\0y\\nz'; exit 0");
  const { code, stderr } = await stage.parex(["execute"], { env });
  assertEquals(code, 3, stderr);
});

Deno.test("a signature that cannot be made blocks the task with gpg's words, its files as they were", async () => {
  await using stage = await rig({ agent: { a: "echo work > a.txt" } });
  await writeFiles(stage.home, {
    "gpg.sh": "#!/bin/sh\necho 'gpg: no agent running' >&2\nexit 2\n",
  });
  await Deno.chmod(join(stage.home, "gpg.sh"), 0o755);
  await stage.repo.git(["config", "commit.gpgsign", "true"]);
  await stage.repo.git(["config", "gpg.program", join(stage.home, "gpg.sh")]);
  const run = await stage.execute({ attempts: 1 });
  const blocked = eventsOf(run.events, "task.status", "a").at(-1);
  assertEquals(run.code, 1);
  assertMatch(JSON.stringify(blocked?.failure), /gpg failed to sign/);
  assertEquals(await Deno.readTextFile(join(stage.worktree("a"), "a.txt")), "work\n");
  assertEquals(await stage.subjectsOf("a"), []);

  await stage.repo.git(["config", "commit.gpgsign", "false"]);
  assertEquals((await stage.parex(["retry", "a"])).code, 0);
});

Deno.test("a merge that cannot be signed lands nothing, and the base stays", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  const before = await stage.repo.git(["rev-parse", "main"]);
  await stage.agent({
    any: `echo by > $PAREX_TASK_ID.txt; git add -A; git -c commit.gpgsign=false commit -qm x`,
  });
  await stage.repo.git(["config", "commit.gpgsign", "true"]);
  await stage.repo.git(["config", "gpg.program", "false"]);
  const run = await stage.execute({ land: "merge", attempts: 1, jobs: 1 });
  assertEquals(run.code, 1);
  for (const { to, message } of eventsOf(run.events, "task.status")) {
    if (to === "blocked") assert(message);
  }
  assertEquals(await stage.repo.git(["rev-parse", "main"]), before);
  assertEquals(await stage.repo.git(["status", "--porcelain", "-uno", "--", "README.md"]), "");
});

Deno.test("a pre-push hook that refuses blocks the task with its words, the commits on the branch", async () => {
  await using stage = await rig();
  await withRemote(stage);
  await hook(stage, "pre-push", "echo 'not on a Friday' >&2; exit 1");
  const run = await stage.execute({ push: true });
  const blocked = eventsOf(run.events, "task.status", "a").at(-1);
  assert(blocked?.failure?.reason === "push_failed", JSON.stringify(blocked));
  assertMatch(blocked.failure.detail, /not on a Friday/);
  assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
});

Deno.test("a post-checkout hook that fails does not keep a worktree from being made", async () => {
  await using stage = await rig();
  await hook(stage, "post-checkout", "exit 1");
  assertEquals((await stage.execute()).code, 0);
});

Deno.test("a remote whose folder is gone blocks with git's words what would be pushed", async () => {
  await using stage = await rig({
    agent: {
      a: 'rm -rf "$RIG/remote.git"; echo a > a.txt; git add a.txt; git commit -qm "feat: a"',
    },
  });
  await withRemote(stage);
  const run = await stage.execute({ push: true });
  const blocked = eventsOf(run.events, "task.status", "a").at(-1);
  assertEquals([run.code, blocked?.reason], [1, "push_failed"]);
  assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
});

Deno.test("an index.lock that stands in the checkout does not keep a run from being made", async () => {
  await using stage = await rig();
  await writeFiles(stage.root, { ".git/index.lock": "" });
  assertEquals((await stage.execute()).code, 0);
  assertEquals(await Deno.readTextFile(join(stage.root, ".git/index.lock")), "");
});

Deno.test("a .git/config that is broken ends with 3 and git's words", async () => {
  await using stage = await rig();
  await writeFiles(stage.root, { ".git/config": "[core\n" });
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /config/);
});

Deno.test("a config file of parex's that is broken ends with 2 and its place", async () => {
  await using stage = await rig({ config: "jobs: [\n" });
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 2, stderr);
  assertMatch(stderr, /config\.yaml:\d+:\d+/);
});

Deno.test("a variable that makes no sense ends with 2 and its name", async () => {
  await using stage = await rig();
  const { code, stderr } = await stage.parex(["execute"], { env: { PAREX_JOBS: "many" } });
  assertEquals(code, 2);
  assertMatch(stderr, /PAREX_JOBS/);
});

Deno.test("a plan that is a folder, a device or nothing ends with 2 and its path", async () => {
  await using stage = await rig();
  for (const path of [join(stage.home, "notes"), "/dev/zero", "nowhere.yaml"]) {
    const { code, stderr } = await stage.parex(["execute", path]);
    assertEquals(code, 2, `${path}: ${stderr}`);
    assertMatch(stderr, /next: |did you mean|error:/);
  }
});
