/** Machines that lack something: a home, room for files, programs; and clocks that jump. */
import { join } from "node:path";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { findTool } from "../support/needs.ts";
import { parexArgv } from "../support/parex.ts";
import { rig, until } from "../support/rig.ts";

const DENO_DIR = await denoDir();

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** A parex whose environment is these variables, and `limits` are set for it by the shell. */
async function bareParex(cwd: string, env: Record<string, string>, limits = "") {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${limits}exec "$@"`, "sh", ...parexArgv(["execute"])],
    cwd,
    clearEnv: true,
    env: { DENO_DIR, NO_COLOR: "1", GIT_CONFIG_NOSYSTEM: "1", ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

function agentEnv(home: string): Record<string, string> {
  return {
    PATH: Deno.env.get("PATH") ?? "",
    PAREX_AGENT_COMMAND: `sh '${join(home, "agent.sh")}'`,
    RIG: home,
  };
}

Deno.test("without HOME a run goes on as ever", async () => {
  await using stage = await rig();
  const { code, stderr } = await bareParex(stage.root, agentEnv(stage.home));
  assertEquals(code, 0, stderr);
  assertEquals(await stage.status("a"), "completed");
});

Deno.test("without git on the PATH a run ends with 3 and says what to install", async () => {
  await using stage = await rig();
  const { code, stderr } = await bareParex(stage.root, agentEnv(stage.home), "PATH=/nowhere; ");
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /git/);
  assertMatch(stderr, /next: /);
});

Deno.test({
  name: "a TMPDIR on another file system loses nothing that is put in its place",
  ignore: !await isAnotherFileSystem("/dev/shm"),
  fn: async () => {
    await using stage = await rig({
      config: "test: test -f README.md\n",
      agent: { a: `echo staged > a.txt; git add a.txt; exit 1` },
    });
    const TMPDIR = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "parex-" });
    try {
      const env = { ...agentEnv(stage.home), HOME: stage.home, TMPDIR };
      assertEquals((await bareParex(stage.root, env)).code, 1);
      await stage.agent({ a: "true" });
      const { code, stderr } = await bareParex(stage.root, env);
      assertEquals(code, 0, stderr);
      assertEquals(await stage.repo.git(["show", "feature/a:a.txt"]), "staged");
    } finally {
      await Deno.remove(TMPDIR, { recursive: true });
    }
  },
});

async function isAnotherFileSystem(path: string): Promise<boolean> {
  try {
    const here = await Deno.makeTempDir();
    const [there, own] = [await Deno.stat(path), await Deno.stat(here)];
    await Deno.remove(here);
    return there.dev !== own.dev;
  } catch {
    return false;
  }
}

Deno.test("a TMPDIR that is not there stops nothing", async () => {
  await using stage = await rig({ config: "test: test -f README.md\n" });
  const env = { ...agentEnv(stage.home), HOME: stage.home, TMPDIR: join(stage.home, "gone") };
  const { code, stderr } = await bareParex(stage.root, env);
  assertEquals(code, 0, stderr);
});

/** All 200 take a minute or two. */
const MANY = Deno.env.get("PAREX_TEST_LONG") ? 200 : 24;

Deno.test("many tasks at once are executed with 256 open files at most", async () => {
  const tasks = Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`t${at}`, {}]));
  await using stage = await rig({ tasks, agent: { any: "echo work > $PAREX_TASK_ID.txt" } });
  const env = { ...agentEnv(stage.home), HOME: stage.home, PAREX_JOBS: "16" };
  const { code, stderr, stdout } = await bareParex(stage.root, env, "ulimit -n 256; ");
  assertEquals(code, 0, stderr.slice(-2000) + stdout.slice(0, 500));
  assertMatch(stdout, new RegExp(`${MANY} of ${MANY} tasks completed`));
});

Deno.test("a second parex in another worktree of the repository is told who holds the lock", async () => {
  await using stage = await rig({ agent: { any: `touch "$NOTES/at-work"; sleep 300` } });
  const linked = join(stage.home, "linked");
  await stage.repo.git(["worktree", "add", "-q", "-b", "side", linked]);
  const first = stage.start(["execute"]);
  await until("the agent works", async () => await stage.note("at-work") !== undefined);
  const second = await stage.parex(["execute"], { cwd: linked });
  assertEquals(second.code, 3);
  assertMatch(second.stderr, new RegExp(`\\b${first.pid}\\b`));
  first.signal("SIGINT");
  assertEquals((await first.ended).code, 130);
});

for (
  const [what, jumpMs] of [["back by an hour", -3_600_000], ["ahead by a day", 86_400_000]] as const
) {
  Deno.test(`a clock that jumps ${what} during an attempt ends no attempt and makes no time negative`, async () => {
    await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
    const now = Date.now;
    try {
      const execution = await stage.begin({ timeout: "10m", idleTimeout: "5m" }, (event) => {
        if (event.type === "agent.started" && event.task === "a") Date.now = () => now() + jumpMs;
      });
      const { record } = await execution.done;
      assertEquals(record.finished?.exit_code, 0);
      assertEquals((record.finished?.ms ?? -1) >= 0, true, `${record.finished?.ms}`);
      assertEquals((record.finished?.speedup ?? -1) >= 0, true, `${record.finished?.speedup}`);
    } finally {
      Date.now = now;
    }
  });
}

Deno.test("a clock that stands still while the journal is written keeps its lines in their order", async () => {
  await using stage = await rig();
  const now = Date.now;
  const at = now();
  try {
    Date.now = () => at;
    const { events, code } = await stage.execute();
    assertEquals(code, 0);
    assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index + 1));
  } finally {
    Date.now = now;
  }
});

Deno.test("an agent whose program is missing ends the run and says which, and no task is blamed", async () => {
  await using stage = await rig();
  const run = await stage.execute({ agentCommand: "no-such-program-anywhere", attempts: 1 });
  const { stopped } = run.record.finished ?? {};
  assertEquals([run.code, stopped?.reason], [3, "agent_refused"]);
  assertMatch(stopped?.details?.join() ?? "", /no-such-program-anywhere/);
  assertEquals(await stage.status("a"), "pending");
});

Deno.test("claude that is not installed ends with 3 before anything is begun", async () => {
  await using stage = await rig();
  const git = findTool("git") ?? "";
  const programs = join(stage.home, "programs");
  await Deno.mkdir(programs);
  for (const name of ["git", "sh", "bash", "env"]) {
    await Deno.symlink(findTool(name) ?? git, join(programs, name));
  }
  const env = {
    PATH: programs,
    PAREX_AGENT: "claude",
    HOME: stage.home,
    GIT_EXEC_PATH: await execPath(),
  };
  const { code, stderr } = await bareParex(stage.root, env);
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /claude/);
  assertEquals(await stage.journal(), []);
});

async function execPath(): Promise<string> {
  const { stdout } = await new Deno.Command("git", { args: ["--exec-path"] }).output();
  return new TextDecoder().decode(stdout).trim();
}
