/** What people and programs read, and what they are told about their mistakes. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { parexArgv } from "../support/parex.ts";
import { textOf } from "../support/repo.ts";
import { type Rig, rig, waitAt } from "../support/rig.ts";
import { listRuns, parseJournal } from "../../src/journal/store.ts";
import { shellWord } from "../../src/exec/quote.ts";

async function journalText({ root }: Rig): Promise<string> {
  const [run] = await listRuns(join(root, ".git"));
  return await textOf(join(root, ".git/parex/runs", run ?? "", "journal.ndjson")) ?? "";
}

Deno.test("--json prints the lines of the journal and nothing else", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  const { code, stdout, stderr } = await stage.parex(["execute", "--json"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, await journalText(stage));
  const events = parseJournal(stdout);
  assertEquals(events.length, stdout.trimEnd().split("\n").length);
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index + 1));
  assertEquals([events[0]?.type, events.at(-1)?.type], ["run.started", "run.finished"]);
});

Deno.test("a reader that closes the output early does not end the run", async () => {
  await using stage = await rig({ tasks: { a: {}, b: { after: ["a"] } } });
  const command = parexArgv(["execute", "--json"]).map(shellWord).join(" ");
  const agent = { PAREX_AGENT: "command", PAREX_AGENT_COMMAND: `sh ${stage.home}/agent.sh` };
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `{ ${command}; echo $? > "$CODE"; } | head -1`],
    cwd: stage.root,
    clearEnv: true,
    env: testEnv({ ...agent, CODE: join(stage.home, "code") }),
    stdin: "null",
  }).output();
  assertEquals(parseJournal(new TextDecoder().decode(stdout)).map(({ type }) => type), [
    "run.started",
  ]);
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(await textOf(join(stage.home, "code")), "0\n");
  assertEquals(await stage.statuses(), { a: "completed", b: "completed" });
});

Deno.test("without a terminal each change is a line on stderr and the report is on stdout", async () => {
  await using stage = await rig({
    agent: { a: "printf '\\033[31mred\\033[0m\\007'; echo done > a.txt" },
  });
  const { code, stdout, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 0);
  assertMatch(stderr, /a {2}working[^]*a {2}checking[^]*a {2}completed/);
  assertMatch(stdout, /^Sample: 1 .*completed/);
  // deno-lint-ignore no-control-regex -- that is what must not be there
  assertEquals(/[\x00-\x08\x0b-\x1f\x7f]/.test(stdout + stderr), false);
  assertEquals((await stage.parex(["report"])).stdout, stdout);
});

Deno.test("parex status reports a run during it and after it", async () => {
  await using stage = await rig({ agent: { a: `${waitAt("a")}echo x > a.txt` } });
  await using a = await stage.gate("a");
  const run = stage.start(["execute"]);
  await a.reached();
  const during = JSON.parse((await stage.parex(["status", "--json"])).stdout);
  assertEquals([during.tasks[0].status, during.run.state], ["in_progress", "running"]);
  await a.open();
  assertEquals((await run.ended).code, 0);
  const after = JSON.parse((await stage.parex(["status", "--json"])).stdout);
  const [task] = after.tasks;
  assertEquals([task.status, task.branch, task.ahead], ["completed", "feature/a", 1]);
  assertEquals(after.run.id, during.run.id);
});

Deno.test("a plan with errors exits with 2 and reports all of them, and nothing starts", async () => {
  const broken = "---\nid: other\nstatus: someday\n---\n# T\n";
  await using stage = await rig({
    tasks: { a: { file: broken }, b: { after: ["nowhere"], priority: "urgent" } },
  });
  const { code, stdout, stderr } = await stage.parex(["execute"]);
  assertEquals([code, stdout], [2, ""]);
  for (const word of ["other", "someday", "nowhere", "urgent"]) assertMatch(stderr, RegExp(word));
  assertMatch(stderr, /plan\.yaml:\d+:\d+ {2}error/);
  assertMatch(stderr, /a\.md:\d+:\d+ {2}error/);
  assertEquals(await stage.journal(), []);
});

Deno.test("a mistyped flag, setting or task exits with 2 and suggests the right one", async () => {
  await using stage = await rig({ tasks: { login: {} } });
  const flag = await stage.parex(["execute", "--job", "3"]);
  assertEquals(flag.code, 2);
  assertMatch(flag.stderr, /--jobs/);
  const task = await stage.parex(["execute", "--only", "logn"]);
  assertEquals(task.code, 2);
  assertMatch(task.stderr, /did you mean "login"/);
  await stage.repo.write({ ".parallel/config.yaml": "attemps: 2\n" });
  const setting = await stage.parex(["execute"]);
  assertEquals(setting.code, 2);
  assertMatch(setting.stderr, /config\.yaml:1:1[^]*did you mean attempts/);
  assert((await stage.journal()).length === 0);
});
