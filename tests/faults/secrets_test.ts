/** What a run keeps, prints and sends holds no secret, and is for its owner's eyes alone. */
import { join } from "node:path";
import { NEEDS_GH, onGitHub } from "../github/rig.ts";
import { withEnv } from "../support/env.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { taskFileOf } from "../support/plan_files.ts";
import { type Rig, rig, until } from "../support/rig.ts";

// Put together, so that no tool that looks for keys finds one here.
const TOKEN = `ghp_${"0123456789abcdefghijABCDEFGHIJ012345"}`;
const KEY = `sk-ant-${"api03-0123456789abcdefghij"}`;
const PASSWORD = "correct-horse-battery";
const SHORT = "hunter2";
const SECRETS = [TOKEN, KEY, PASSWORD, SHORT];

const SPILLS = `echo "using ${TOKEN} and $(sed -n 's/^DB_URL=//p' .env) and ${SHORT}"
echo "https://me:${KEY}@example.org/x.git" >&2
`;

function spillingRig(): Promise<Rig> {
  return rig({
    tasks: { a: {}, b: {}, c: {} },
    files: { ".gitignore": ".env\n" },
    config: `setup: test -f .env\ntest: ${JSON.stringify(`${SPILLS}test ! -e c.txt`)}\n`,
    agent: { a: `${SPILLS}exit 1`, b: `${SPILLS}echo b > b.txt`, c: "echo c > c.txt" },
  });
}

async function withEnvFile(stage: Rig): Promise<void> {
  await stage.repo.write({ ".env": `DB_URL=${PASSWORD}\nDB_PASSWORD=${SHORT}\nPORT=8080\n` });
}

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(path);
    if (isDirectory) found.push(...await filesBelow(path));
  }
  return found;
}

function assertClean(text: string, where: string): void {
  for (const secret of SECRETS) assert(!text.includes(secret), `${where} holds ${secret}`);
}

Deno.test("journal, --json, report and status of a run hold no secret that its agents and checks print", async () => {
  await using stage = await spillingRig();
  await withEnvFile(stage);
  const json = await stage.parex(["execute", "--json", "--attempts", "1"]);
  assertEquals(json.code, 1, json.stderr);
  assertClean(json.stdout, "--json");
  const journal = (await filesBelow(join(stage.root, ".git/parex")))
    .find((path) => path.endsWith("journal.ndjson")) ?? "";
  assertClean(await Deno.readTextFile(journal), "the journal");
  assertMatch(await Deno.readTextFile(journal), /using \*\*\*/);
  for (const args of [["report"], ["report", "--json"], ["status"], ["status", "--json"]]) {
    const { stdout, stderr } = await stage.parex(args);
    assertClean(stdout + stderr, args.join(" "));
  }
  const html = join(stage.home, "report.html");
  await stage.parex(["report", "--html", html]);
  assertClean(await Deno.readTextFile(html), "the HTML report");
});

Deno.test({
  name: "a pull request holds no secret, not even one of its task file",
  ...NEEDS_GH,
  fn: async () => {
    await using stage = await rig({
      agent: { a: "echo a > a.txt" },
      files: { ".gitignore": ".env\n" },
    });
    await stage.repo.commit("Say too much", {
      [taskFileOf("a")]: `${await stage.repo.read(
        taskFileOf("a"),
      )}\nUse ${TOKEN} and ${PASSWORD}.\n`,
    });
    await withEnvFile(stage);
    await using github = await onGitHub(stage.repo);
    using _ = withEnv(github.env);
    assertEquals((await stage.execute({ land: "pr" })).code, 0);
    const [made] = github.pullRequests;
    assertMatch(made?.body ?? "", /Use \*\*\* and \*\*\*\./);
    assertClean(JSON.stringify(made), "the pull request");
  },
});

Deno.test("a run whose command held a secret is resumed when it is given again, and not before", async () => {
  await using stage = await rig({
    agent: { a: `touch "$NOTES/begun"; kill -KILL $PPID; sleep 9` },
  });
  const command = `TOKEN=${TOKEN} sh '${join(stage.home, "agent.sh")}'`;
  const started = stage.start(["execute"], { env: { PAREX_AGENT_COMMAND: command } });
  await until("its agent works", async () => await stage.note("begun") !== undefined);
  started.signal("SIGKILL");
  await started.ended;
  await stage.agent({ a: "echo a > a.txt" });
  const without = await stage.parex(["resume"]);
  assertEquals(without.code, 2, without.stderr);
  assertMatch(without.stderr, /held a secret[^]*give it again as an option: --agent-command/);
  const again = await stage.parex(["resume", "--agent-command", command]);
  assertEquals(again.code, 0, again.stderr);
});

Deno.test("a run whose check holds a secret is resumed with what the config file says", async () => {
  await using stage = await rig({
    config: `test: TOKEN=${TOKEN} sh check.sh\n`,
    files: { "check.sh": `test "$TOKEN" = ${TOKEN}\n` },
    agent: { a: `touch "$NOTES/begun"; kill -KILL $PPID; sleep 9` },
  });
  const started = stage.start(["execute"]);
  await until("its agent works", async () => await stage.note("begun") !== undefined);
  started.signal("SIGKILL");
  await started.ended;
  await stage.agent({ a: "echo a > a.txt" });
  const again = await stage.parex(["resume"]);
  assertEquals([again.code, await stage.status("a")], [0, "completed"], again.stderr);
});

Deno.test({
  name: "files of a run are readable by their owner alone",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using stage = await spillingRig();
    await withEnvFile(stage);
    await stage.parex(["execute", "--attempts", "1"]);
    const state = join(stage.root, ".git/parex");
    const paths = [state, ...await filesBelow(state)];
    assert(
      paths.some((path) => path.includes("/transcripts/")) &&
        paths.some((path) => path.includes("/logs/")),
    );
    for (const path of paths) {
      const { mode, isDirectory } = await Deno.stat(path);
      assertEquals(((mode ?? 0) & 0o777).toString(8), isDirectory ? "700" : "600", path);
    }
  },
});
