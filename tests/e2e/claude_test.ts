/** Whole runs with the real Claude CLI, whose model follows a script. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { clockIn } from "../support/clock.ts";
import { testEnv } from "../support/env.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { REPLY_USAGE } from "../support/models/messages.ts";
import { hang, status, type Step, text, tool } from "../support/models/script.ts";
import { type ModelServer, serveModels } from "../support/models/server.ts";
import { findTool, needs } from "../support/needs.ts";
import { type Ended, parex } from "../support/parex.ts";
import { eventsOf, type Rig, rig, until } from "../support/rig.ts";
import { whyNoSandbox } from "../../src/exec/sandbox.ts";
import { exists } from "../../src/util/files.ts";
import { parseJournal } from "../../src/journal/store.ts";

const claude = findClaude();
const realClaude = needs("the Claude CLI", claude);
const bwrap = await whyNoSandbox("/tmp") === undefined ? "bwrap" : undefined;
const EXAMPLE = fileURLToPath(new URL("../../examples/todo-cli", import.meta.url));

/** A check that the base passes, and the first work of the model does not. */
const NOT_BAD = `test: "! grep -qs bad a.txt || { echo a.txt is not good; exit 3; }"\n`;

/** The model writes a file. */
function writes(path: string, content: string): Step {
  return tool("Write", { file_path: path, content });
}

function commits(subject: string): Step {
  return tool("Bash", { command: `git add -A && git commit -qm '${subject}'` });
}

function envOf(api: ModelServer, home: string): Record<string, string> {
  return { ...claudeEnv(api, home), PAREX_CLAUDE: claude ?? "", PAREX_AGENT: "claude" };
}

/** `parex execute` in the rig's repository with the real CLI. */
async function executeWith(stage: Rig, api: ModelServer, ...flags: string[]): Promise<Ended> {
  const home = join(stage.home, "home");
  await Deno.mkdir(home, { recursive: true });
  return await stage.parex(["execute", ...flags], { env: envOf(api, home) });
}

const HOUR = 3_600_000;

/** The same, and an hour goes by when the task waits for the end of a usage limit. */
async function executeThroughLimit(
  stage: Rig,
  api: ModelServer,
  task: string,
  ...flags: string[]
): Promise<Ended> {
  const home = join(stage.home, "home");
  await Deno.mkdir(home, { recursive: true });
  const { options, ahead } = clockIn(stage.home);
  const env = { ...envOf(api, home), ...options.env };
  const parex = stage.start(["execute", ...flags], { ...options, env });
  await until(`${task} waits`, async () => {
    return eventsOf(await stage.journal(), "run.parked", task).length > 0;
  });
  await ahead(HOUR);
  return await parex.ended;
}

Deno.test({
  name: "Claude: a failed check goes back into the conversation, and the model repairs its work",
  ...realClaude,
  fn: async () => {
    await using stage = await rig({
      config: NOT_BAD,
    });
    const file = join(stage.worktree("a"), "a.txt");
    await using api = serveModels({
      a: [
        writes(file, "bad\n"),
        commits("feat: a"),
        text("Done."),
        tool("Edit", { file_path: file, old_string: "bad", new_string: "good" }),
        commits("fix: a"),
        text("Repaired."),
      ],
    });
    const { code, stdout, stderr } = await executeWith(stage, api);
    assertEquals(code, 0, stderr);
    assertEquals(await stage.subjectsOf("a"), ["fix: a", "feat: a"]);
    const journal = await stage.journal();
    const attempts = eventsOf(journal, "agent.finished");
    assertEquals(attempts.map(({ detail }) => detail), ["Done.", "Repaired."]);
    assertEquals(attempts[0]?.session, attempts[1]?.session);
    const conversation = api.requests.at(-1)?.userText ?? "";
    assertMatch(conversation, /Make `a\.txt`[^]*a\.txt is not good/);

    const cost = attempts.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
    assert(cost > 0);
    assertEquals(eventsOf(journal, "run.finished")[0]?.cost_usd, cost);
    const tokens = 6 * REPLY_USAGE.output_tokens;
    assertEquals(attempts.reduce((sum, one) => sum + (one.output_tokens ?? 0), 0), tokens);
    assertMatch(stdout, new RegExp(`tokens .* in, ${tokens} out`));
    assertMatch(stdout, /cost +\$\d/);
  },
});

Deno.test({
  name: "Claude: works, goes on with its conversation, and is guarded within a sandbox",
  ignore: realClaude.ignore || needs("bubblewrap", bwrap).ignore,
  fn: async () => {
    await using stage = await rig({
      config: NOT_BAD,
    });
    const file = join(stage.worktree("a"), "a.txt");
    await using api = serveModels({
      a: [
        writes(file, "bad\n"),
        tool("Bash", { command: `echo reached > ${stage.root}/README.md` }),
        commits("feat: a"),
        text("Done."),
        tool("Edit", { file_path: file, old_string: "bad", new_string: "good" }),
        commits("fix: a"),
        text("Repaired."),
      ],
    });
    const { code, stderr } = await executeWith(stage, api, "--sandbox");
    assertEquals(code, 0, stderr);
    assertEquals(await stage.subjectsOf("a"), ["fix: a", "feat: a"]);
    const attempts = eventsOf(await stage.journal(), "agent.finished");
    assertEquals(attempts.map(({ detail }) => detail), ["Done.", "Repaired."]);
    assertEquals(attempts[0]?.session, attempts[1]?.session);
    assertMatch(api.requests.at(-1)?.userText ?? "", /Make `a\.txt`[^]*a\.txt is not good/);
    assertMatch(JSON.stringify(api.requests), /is outside this task's worktree/);
  },
});

Deno.test({
  name: "Claude: a task waits while the usage limit lasts, and then goes on in the same attempt",
  ...realClaude,
  fn: async () => {
    await using stage = await rig();
    const resets = Math.ceil((Date.now() + HOUR) / 1000);
    const limit = `Claude AI usage limit reached|${resets}`;
    const refused = status(429, { "x-should-retry": "false" }, limit);
    await using api = serveModels({
      a: [
        refused,
        writes(join(stage.worktree("a"), "a.txt"), "done\n"),
        commits("feat: a"),
      ],
    });
    const { code, stderr } = await executeThroughLimit(stage, api, "a");
    assertEquals(code, 0, stderr);
    const journal = await stage.journal();
    const parked = eventsOf(journal, "run.parked");
    assertEquals(parked.map(({ task, until }) => [task, Date.parse(until) / 1000]), [
      [undefined, resets],
      ["a", resets],
    ]);
    const attempts = eventsOf(journal, "agent.finished");
    assertEquals(attempts.map(({ attempt, outcome }) => [attempt, outcome]), [
      [1, "limited"],
      [1, "finished"],
    ]);
  },
});

Deno.test({
  name: "Claude: five tasks are completed through an escape, a usage limit and a failing check",
  ...realClaude,
  fn: async () => {
    const config = 'test: "! grep -q bad *.txt"\n';
    const tasks = { a: {}, b: {}, c: {}, d: {}, e: {} };
    await using stage = await rig({ tasks, config });
    const file = (task: string) => join(stage.worktree(task), `${task}.txt`);
    const escape = join(stage.root, "escaped.txt");
    const plain = (task: string) => [writes(file(task), "good\n"), commits(`feat: ${task}`)];
    const limit = status(
      429,
      { "x-should-retry": "false" },
      `Claude AI usage limit reached|${Math.ceil((Date.now() + HOUR) / 1000)}`,
    );
    await using api = serveModels({
      a: [tool("Bash", { command: `echo out > ${escape}` }), ...plain("a")],
      b: [limit, ...plain("b")],
      c: [
        writes(file("c"), "bad\n"),
        commits("feat: c"),
        text("Done."),
        tool("Edit", { file_path: file("c"), old_string: "bad", new_string: "good" }),
        commits("fix: c"),
      ],
      d: plain("d"),
      e: plain("e"),
    });
    const { code, stderr } = await executeThroughLimit(stage, api, "b", "--jobs", "5");
    assertEquals(code, 0, stderr);
    const done = Object.fromEntries(Object.keys(tasks).map((task) => [task, "completed"]));
    assertEquals(await stage.statuses(), done);
    const journal = await stage.journal();
    assert(!exists(escape));
    assertMatch(api.requests.findLast(({ task }) => task === "a")?.userText ?? "", /worktree/);
    assert(eventsOf(journal, "run.parked").some(({ task }) => task === "b"));
    assertEquals(eventsOf(journal, "agent.started", "c").map(({ kind }) => kind), [
      "first",
      "repair",
    ]);
    assertEquals(await stage.left(), []);
  },
});

Deno.test({
  name: "Claude: an attempt that hangs is ended, and the next one goes on with its conversation",
  ...realClaude,
  fn: async () => {
    await using stage = await rig();
    await using api = serveModels({
      a: [
        writes(join(stage.worktree("a"), "a.txt"), "done\n"),
        hang(),
        commits("feat: a"),
        text("Done."),
      ],
    });
    const { code, stderr } = await executeWith(stage, api, "--idle-timeout", "15s");
    assertEquals(code, 0, stderr);
    const attempts = eventsOf(await stage.journal(), "agent.finished");
    assertEquals(attempts.map(({ outcome }) => outcome), ["idle", "finished"]);
    assertEquals(attempts[0]?.session, attempts[1]?.session);
    assertEquals(await stage.subjectsOf("a"), ["feat: a"]);
    assertEquals(await stage.left(), []);
  },
});

Deno.test({
  name: "Claude: no agent is started any more when the run's budget is spent",
  ...realClaude,
  fn: async () => {
    await using stage = await rig({ tasks: { a: {}, b: {}, c: {} } });
    const turns = Array.from({ length: 3 }, () => tool("Bash", { command: "true" }));
    await using api = serveModels({ a: turns, b: turns, c: turns });
    const { code, stdout } = await executeWith(stage, api, "--jobs", "1", "--budget", "0.0001");
    assertEquals(code, 1);
    const journal = await stage.journal();
    assertEquals(eventsOf(journal, "agent.started").map(({ task }) => task), ["a"]);
    assertEquals(await stage.statuses(), { a: "blocked", b: "pending", c: "pending" });
    assertMatch(stdout, /a {2}budget spent/);
  },
});

/** The example's repository, as its README has a reader make it. */
async function exampleRepository(): Promise<{ root: string; home: string } & AsyncDisposable> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-example-" }));
  const root = join(folder, "todo");
  const home = join(folder, "home");
  await Deno.mkdir(home);
  const { success, stderr } = await new Deno.Command("sh", {
    args: [join(EXAMPLE, "start.sh"), root],
    clearEnv: true,
    env: testEnv(),
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return { root, home, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** What the example's solutions are as a model's turns. */
async function solutionOf(task: string, worktree: string): Promise<Step[]> {
  const steps: Step[] = [];
  const solution = join(EXAMPLE, "solutions", task);
  const walk = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(join(solution, folder))) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else steps.push(writes(join(worktree, path), await Deno.readTextFile(join(solution, path))));
    }
  };
  await walk("");
  return [...steps, commits(`feat: ${task}`), text(`${task} is done.`)];
}

const TASKS = ["task-0", "task-1", "task-2", "task-3"];

function assertWhole({ code, stdout, stderr }: Ended): void {
  assertEquals(code, 0, stderr);
  const events = parseJournal(stdout);
  const last = events.at(-1);
  assert(last?.type === "run.finished");
  assertEquals([last.completed, last.blocked, last.pending], [4, 0, 0]);
  const checked = eventsOf(events, "checks.finished").filter(({ name }) => name === "test");
  assertEquals(checked.map(({ task }) => task).sort(), TASKS);
  assert(checked.every(({ exit_code, command }) => exit_code === 0 && command.includes("npm")));
}

Deno.test({
  name: "the example's plan runs to its end with the Claude CLI",
  ignore: realClaude.ignore || needs("npm", findTool("npm")).ignore,
  fn: async () => {
    await using example = await exampleRepository();
    const { root, home } = example;
    const scripts = TASKS.map(async (task) =>
      [task, await solutionOf(task, join(`${root}.worktrees`, task))] as const
    );
    await using api = serveModels(Object.fromEntries(await Promise.all(scripts)));
    assertWhole(await parex(["execute", "--json"], { cwd: root, env: envOf(api, home) }));
    const byTask = (task: string) => api.requests.filter((request) => request.task === task);
    assertMatch(byTask("task-2")[0]?.userText ?? "", /file: src\/dates\.js/);
  },
});

Deno.test({
  name: "the example's plan runs to its end with the example's own agent",
  ...needs("npm", findTool("npm")),
  fn: async () => {
    await using example = await exampleRepository();
    const command = `sh '${join(EXAMPLE, "agent.sh")}'`;
    const flags = ["--agent", "command", "--agent-command", command, "--json"];
    assertWhole(await parex(["execute", ...flags], { cwd: example.root }));
  },
});
