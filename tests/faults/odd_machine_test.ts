/** Machines and users unlike ours: odd folders, terminals, outputs and owners. */
import { join } from "node:path";
import { shellWord } from "../../src/exec/quote.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { findTool } from "../support/needs.ts";
import { parexArgv } from "../support/parex.ts";
import { type Rig, rig, waitAt } from "../support/rig.ts";
import { tempRepo } from "../support/repo.ts";

/** What a line for the shell comes to, in which `$PAREX` is the program. */
async function shell(line: string, cwd: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line],
    cwd,
    clearEnv: true,
    env: testEnv({ NO_COLOR: "1", ...env }),
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const PAREX = parexArgv([]).map(shellWord).join(" ");

const scripted = (stage: Rig) => ({
  PAREX_AGENT_COMMAND: `sh '${join(stage.home, "agent.sh")}'`,
  RIG: stage.home,
});

Deno.test({
  name: "outputs that cannot be written end no run",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using stage = await rig();
    const line = `${PAREX} execute >/dev/full 2>/dev/full`;
    const { code } = await shell(line, stage.root, scripted(stage));
    assertEquals(code, 0);
    assertEquals(await stage.status("a"), "completed");
    const { code: told, stderr } = await shell(`${PAREX} status >/dev/full`, stage.root);
    assertEquals(told, 0);
    assertMatch(stderr, /^warning: stdout cannot be written: /);
  },
});

Deno.test({
  name: "a current folder whose name is no text is refused in words",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using repo = await tempRepo();
    const line = `d=$(printf 'lat\\351'); mkdir "$d"; cd "$d"; ${PAREX} status`;
    const { code, stderr } = await shell(line, repo.root);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, /^error: the current folder cannot be used/);
  },
});

Deno.test({
  name: "terminals that cannot draw, or have no size, get lines that are whole",
  ignore: findTool("script") === undefined,
  fn: async () => {
    for (const [TERM, size] of [["dumb", "24 80"], ["xterm", "0 0"]] as const) {
      await using stage = await rig();
      const [rows, columns] = size.split(" ");
      const inner = `stty rows ${rows} cols ${columns}; ${PAREX} execute --yes`;
      const env = { TERM, SHELL: "/bin/sh", ...scripted(stage) };
      const { code, stdout } = await shell(
        `script -qec ${shellWord(inner)} /dev/null`,
        stage.root,
        env,
      );
      assertEquals(code, 0, stdout);
      assertMatch(stdout, /1 of 1 tasks? completed/);
      if (TERM === "dumb") assert(!stdout.includes("\x1b"), JSON.stringify(stdout.slice(0, 400)));
    }
  },
});

/** As root, the rights of root are given up: its files are then kept from it as from anybody. */
const WITHOUT_RIGHTS = Deno.uid() === 0 ? "setpriv --bounding-set -all " : "";

Deno.test({
  name: "runs that another user keeps to herself are a failure with words",
  ignore: WITHOUT_RIGHTS !== "" && findTool("setpriv") === undefined,
  fn: async () => {
    await using stage = await rig();
    assertEquals((await stage.execute()).code, 0);
    const runs = join(stage.root, ".git/parex/runs");
    await Deno.chmod(runs, 0o000);
    try {
      for (const command of ["status", "report", "resume", "merge", "execute", "cleanup --yes"]) {
        const { code, stderr } = await shell(
          `${WITHOUT_RIGHTS}${PAREX} ${command}`,
          stage.root,
          scripted(stage),
        );
        assertEquals(code, 3, `${command}: ${stderr}`);
        assertMatch(stderr, /\.git\/parex\/runs/);
      }
    } finally {
      await Deno.chmod(runs, 0o700);
    }
  },
});

Deno.test("in a repository that a group shares, the group may read the runs and make the next one", async () => {
  await using stage = await rig();
  await stage.repo.git(["config", "core.sharedRepository", "group"]);
  await stage.repo.git(["init", "-q"]);
  await Deno.chmod(join(stage.root, ".git"), 0o2775);
  assertEquals((await stage.execute()).code, 0);
  const state = join(stage.root, ".git/parex");
  const [run] = await Array.fromAsync(Deno.readDir(join(state, "runs")), ({ name }) => name);
  const folder = join(state, "runs", run ?? "");
  const modes = [state, join(state, "runs"), folder, join(folder, "journal.ndjson")];
  const found = modes.map((path) => ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8));
  assertEquals(found, ["770", "770", "770", "660"]);
});

const UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

const mayUnshare = (() => {
  try {
    return new Deno.Command("unshare", { args: [...UNSHARE.slice(1), "true"] }).outputSync()
      .success;
  } catch {
    return false;
  }
})();

Deno.test({
  name:
    "a parex in a container says who holds the lock of a run on the host, whatever it is asked to do",
  ignore: !mayUnshare,
  fn: async () => {
    await using stage = await rig({ agent: { any: waitAt("agent") } });
    await using gate = await stage.gate("agent");
    const run = stage.start(["execute"]);
    await gate.reached();
    const holds = new RegExp(`process ${run.pid}\\b`);
    const said: [command: string, code: number, words: RegExp][] = [
      ["execute", 3, holds],
      ["resume", 3, holds],
      ["merge", 3, holds],
      ["cleanup --yes", 0, /the run \S+ is in progress/],
      // The lock is not called a dead one's.
      ["doctor --fix --yes", 0, /No problems found/],
    ];
    for (const [command, code, words] of said) {
      const line = `${UNSHARE.join(" ")} ${PAREX} ${command}`;
      const ended = await shell(line, stage.root, scripted(stage));
      assertEquals(ended.code, code, `${command}: ${ended.stdout}${ended.stderr}`);
      assertMatch(ended.stdout + ended.stderr, words, command);
    }
    await gate.open();
    assertEquals((await run.ended).code, 1); // its agent does nothing
  },
});

Deno.test({
  name: "with few file descriptors a run ends in words, or works",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    for (const limit of [16, 24, 32, 48, 96]) {
      await using stage = await rig({ tasks: { a: {}, b: {} } });
      const line = `ulimit -n ${limit}; ${PAREX} execute --jobs 2`;
      const { code, stderr } = await shell(line, stage.root, scripted(stage));
      assert([0, 1, 3].includes(code), `${limit}: ${code} ${stderr}`);
      if (code !== 0) assertMatch(stderr, /Too many open files|ulimit -n/, String(limit));
    }
  },
});
