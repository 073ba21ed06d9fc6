import { join } from "node:path";
import fc from "fast-check";
import { loadSettings } from "../../src/config/load.ts";
import { unknownVariables } from "../../src/config/sources.ts";
import { defaultCheckJobs, variableOf } from "../../src/config/table.ts";
import { resultOf } from "../../src/domain/failed.ts";
import type { Problem } from "../../src/domain/plan.ts";
import type { Settings } from "../../src/domain/settings.ts";
import { planFolder } from "../plan/folder.ts";
import { assert, assertEquals } from "../support/assert.ts";

interface Given {
  flags?: Record<string, unknown>;
  env?: Record<string, string>;
  config?: string;
}

/** A repository with this config file, asked for its settings. */
async function load({ flags = {}, env = {}, config }: Given) {
  const root = await Deno.makeTempDir();
  try {
    if (config !== undefined) {
      await Deno.mkdir(`${root}/.parallel`);
      await Deno.writeTextFile(`${root}/.parallel/config.yaml`, config);
    }
    return await resultOf(() => loadSettings({ flags, env, root }));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function settingsOf(given: Given): Promise<Settings> {
  const result = await load(given);
  assert(result.ok, JSON.stringify(result));
  return result.value;
}

async function problemsOf(given: Given): Promise<Problem[]> {
  const result = await load(given);
  assert(!result.ok && result.failure.reason === "config_invalid", JSON.stringify(result));
  return result.failure.problems;
}

Deno.test("loadSettings() gives the defaults where nothing is set", async () => {
  assertEquals(await settingsOf({}), {
    given: [],
    jobs: 4,
    agent: "claude",
    agents: [],
    model: "haiku",
    wait: true,
    mergeBatch: 1,
    mergeHooks: false,
    branchPrefix: "feature/",
    keepWorktrees: false,
    attempts: 3,
    timeoutMs: 45 * 60_000,
    idleTimeoutMs: 10 * 60_000,
    only: [],
    dryRun: false,
    json: false,
    yes: false,
    allowDirty: false,
    allowRedBase: false,
    sandbox: false,
    sandboxSockets: [],
    mcp: false,
    push: true,
    issues: false,
    copy: [".env", ".env.local"],
    env: {},
    checks: {},
    checkJobs: defaultCheckJobs(navigator.hardwareConcurrency),
    checkTimeoutMs: 30 * 60_000,
    hookTimeoutMs: 10 * 60_000,
    recoveryModel: "claude-haiku-5-5",
    keepRuns: 20,
    bell: true,
    recoveryEscalate: "none",
  });
});

Deno.test("defaultCheckJobs() is half the cores, at least 1", () => {
  assertEquals([1, 2, 3, 8].map(defaultCheckJobs), [1, 1, 1, 4]);
});

Deno.test("loadSettings() prefers the flag, then the variable, then the file, then the default", async () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const jobs = fc.integer({ min: 1, max: 99 });
  await fc.assert(
    fc.asyncProperty(maybe(jobs), maybe(jobs), maybe(jobs), async (flag, variable, file) => {
      const settings = await settingsOf({
        flags: flag === undefined ? {} : { jobs: String(flag) },
        env: variable === undefined ? {} : { PAREX_JOBS: String(variable) },
        config: file === undefined ? "" : `jobs: ${file}`,
      });
      assertEquals(settings.jobs, flag ?? variable ?? file ?? 4);
    }),
    { numRuns: 40 },
  );
});

Deno.test("loadSettings() prefers the config of the plan's package", async () => {
  await using temp = await planFolder({
    ".parallel/config.yaml": "jobs: 2\nattempts: 5\n",
    "packages/web/.parallel/config.yaml": "jobs: 7\n",
  });
  const plan = join(temp.path, "packages/web/.parallel/plans/plan.yaml");
  const inPackage = await loadSettings({ flags: {}, env: {}, root: temp.path, plan });
  assertEquals([inPackage.jobs, inPackage.attempts], [7, 5]);
  const elsewhere = join(temp.path, "packages/api/plan.yaml");
  const outside = await loadSettings({ flags: {}, env: {}, root: temp.path, plan: elsewhere });
  assertEquals(outside.jobs, 2);
});

Deno.test("loadSettings() lets a stronger source switch something off again", async () => {
  const given = { config: "push: true\njson: true", env: { PAREX_JSON: "off" } };
  const settings = await settingsOf({ ...given, flags: { push: false } });
  assertEquals([settings.push, settings.json], [false, false]);
});

Deno.test("loadSettings() reads every setting from the config file", async () => {
  const config = `
jobs: 8
agent: command
agents: [codex]
wait: false
agent-command: ./agent
model: opus
base: main
land: none
merge-batch: 3
merge-message: "Merge {task}: {title}"
merge-hooks: true
branch-prefix: tasks/
keep-worktrees: true
attempts: 1
timeout: 1h30m
idle_timeout: 90
budget: 12.5
task-budget: 1
only: [task-1, 2]
dry-run: true
json: true
yes: true
allow-dirty: true
sandbox: true
sandbox_sockets: ssh-agent
mcp: true
push: false
issues: true
worktrees: ../trees
copy: .env.test
env:
  LOG_LEVEL: debug
  RETRIES: 3
  STRICT: true
keep-runs: 5
notify: ./tell
bell: false
setup: npm ci
test: npm test
lint: npm run lint
typecheck: npx tsc
check_jobs: 3
check_timeout: 5m
hook_timeout: 20m
recovery:
  model: claude-haiku-4-5
  escalate: copilot
`;
  assertEquals(await settingsOf({ config }), {
    given: [],
    jobs: 8,
    agent: "command",
    agents: ["codex"],
    wait: false,
    agentCommand: "./agent",
    model: "opus",
    base: "main",
    land: "none",
    mergeBatch: 3,
    mergeMessage: "Merge {task}: {title}",
    mergeHooks: true,
    branchPrefix: "tasks/",
    keepWorktrees: true,
    attempts: 1,
    timeoutMs: 90 * 60_000,
    idleTimeoutMs: 90_000,
    budgetUsd: 12.5,
    taskBudgetUsd: 1,
    only: ["task-1", "2"],
    dryRun: true,
    json: true,
    yes: true,
    allowDirty: true,
    allowRedBase: false,
    sandbox: true,
    sandboxSockets: ["ssh-agent"],
    mcp: true,
    push: false,
    issues: true,
    worktrees: "../trees",
    copy: [".env.test"],
    env: { LOG_LEVEL: "debug", RETRIES: "3", STRICT: "true" },
    checks: { setup: "npm ci", test: "npm test", lint: "npm run lint", typecheck: "npx tsc" },
    checkJobs: 3,
    checkTimeoutMs: 5 * 60_000,
    hookTimeoutMs: 20 * 60_000,
    recoveryModel: "claude-haiku-4-5",
    keepRuns: 5,
    notify: "./tell",
    bell: false,
    recoveryEscalate: "copilot",
  });
});

Deno.test("loadSettings() reports all errors of all sources at once, with their places", async () => {
  const problems = await problemsOf({
    flags: { jobs: "many", budget: "-1" },
    env: { PAREX_JBOS: "3", PAREX_YES: "perhaps" },
    config: "jobs: 0\nbuget: 3\n\ntimeout: never\ncopy: {a: b}\nmodel: 4\nland: rp\ntest:\n",
  });
  const places = problems.map(({ file, line, column, code }) =>
    `${file.replace(/^.*\/\.parallel\//, "")}:${line}:${column} ${code}`
  );
  assertEquals(places.sort(), [
    "--budget:0:0 invalid-value",
    "--jobs:0:0 invalid-value",
    "PAREX_JBOS:0:0 unknown-variable",
    "PAREX_YES:0:0 invalid-value",
    "config.yaml:1:7 invalid-value",
    "config.yaml:2:1 unknown-key",
    "config.yaml:4:10 invalid-value",
    "config.yaml:5:7 invalid-value",
    "config.yaml:6:8 invalid-value",
    "config.yaml:7:7 invalid-value",
    "config.yaml:8:6 invalid-value",
  ]);
  for (const { message, hint } of problems) assert(message !== "" && hint !== "");
});

Deno.test("loadSettings() suggests the word that a mistyped choice means", async () => {
  const [problem] = await problemsOf({ flags: { agent: "cluade" } });
  assertEquals(problem?.message, '"cluade" is not valid for agent');
  assert(problem?.hint.startsWith("did you mean claude?"), problem?.hint);
});

Deno.test("loadSettings() refuses values out of range, also where a stronger source overrides them", async () => {
  const wrong = ["jobs: 0", "jobs: 1.5", "attempts: -1", "budget: 0", "timeout: 0", "timeout: 25d"];
  for (
    const config of [...wrong, "budget: .inf", "only: ','", "test: ' '", "yes: 1", "jobs: '4'"]
  ) {
    const [problem] = await problemsOf({
      config,
      flags: { jobs: "2", attempts: "2", budget: "1", timeout: "1m", only: ["a"], yes: true },
    });
    assertEquals(problem?.code, "invalid-value", config);
  }
});

Deno.test("loadSettings() takes task ids in every way they are written", async () => {
  const expected = ["a", "b", "c"];
  assertEquals((await settingsOf({ flags: { only: ["a,b", "c"] } })).only, expected);
  assertEquals((await settingsOf({ env: { PAREX_ONLY: "a, b ,c" } })).only, expected);
  assertEquals((await settingsOf({ config: "only: a,b,c" })).only, expected);
  assertEquals((await settingsOf({ config: "only:\n- a\n- b\n- c" })).only, expected);
  assertEquals((await settingsOf({ config: "only: 2" })).only, ["2"]);
});

Deno.test("loadSettings() selects the agent `command` if only an agent command is given", async () => {
  assertEquals((await settingsOf({ flags: { agentCommand: "./agent" } })).agent, "command");
  const claude = { flags: { agent: "claude" }, config: "agent-command: ./agent" };
  assertEquals((await settingsOf(claude)).agent, "claude");
  const other = { flags: { agentCommand: "./agent" }, config: "agent: claude" };
  assertEquals((await settingsOf(other)).agent, "command");
  const [problem] = await problemsOf({ config: "agent: command" });
  assertEquals([problem?.code, problem?.line], ["missing-agent-command", 1]);
});

Deno.test("loadSettings() leaves variables alone that are not its own", async () => {
  const settings = await settingsOf({
    env: {
      PAREX_TASK_ID: "task-1",
      PAREX_RUN_ID: "r",
      PAREX_DEBUG: "1",
      PAREX_CLAUDE: "/bin/claude",
      PAREX_TEST_CLAUDE: "1",
      PAREX_REPO: "somebody/parex",
      PAREX_JOBS: "",
      JBOS: "3",
    },
  });
  assertEquals(settings.jobs, 4);
  assertEquals(variableOf({ name: "idle-timeout" }), "PAREX_IDLE_TIMEOUT");
});

Deno.test("loadSettings() reads every setting from its variable, lists and pairs as text", async () => {
  const settings = await settingsOf({
    env: {
      PAREX_TEST: "false",
      PAREX_SETUP: "npm ci",
      PAREX_CHECK_JOBS: "3",
      PAREX_CHECK_TIMEOUT: "90s",
      PAREX_MERGE_BATCH: "2",
      PAREX_MCP: "on",
      PAREX_COPY: ".env, config/*.json",
      PAREX_AGENTS: "codex,gemini",
      PAREX_ENV: "LOG=a,b,LEVEL=x=y",
    },
  });
  assertEquals(settings.checks, { test: "false", setup: "npm ci" });
  const { checkJobs, checkTimeoutMs, mergeBatch, mcp, copy, agents, env } = settings;
  assertEquals([checkJobs, checkTimeoutMs, mergeBatch, mcp], [3, 90_000, 2, true]);
  assertEquals([copy, agents], [[".env", "config/*.json"], ["codex", "gemini"]]);
  assertEquals(env, { LOG: "a,b", LEVEL: "x=y" });
  const [problem] = await problemsOf({ env: { PAREX_ENV: "LOG" } });
  assertEquals(problem?.code, "invalid-value");
});

Deno.test("unknownVariables() names what nothing reads", () => {
  const env = { PAREX_QUUX: "1", PAREX_JOBS: "2", PAREX_SLOT: "0", PAREX_TEST_X: "", QUUX: "1" };
  assertEquals(unknownVariables(env), ["PAREX_QUUX"]);
});
