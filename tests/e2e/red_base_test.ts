/** Runs on a base that fails its own checks. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, rig, waitAt } from "../support/rig.ts";

const WORK = 'echo work > "$PAREX_TASK_ID.txt"\n';
const EIGHT = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`t${at}`, {}]));

Deno.test("a failing base is reported before an agent is paid to repair it, and resume continues when it passes", async () => {
  await using stage = await rig({
    tasks: EIGHT,
    files: { "broken.txt": "" },
    config: "test: test ! -e broken.txt || { echo broken.txt is here; exit 3; }\n",
  });
  const { code, stdout } = await stage.parex(["execute", "--jobs", "2"]);
  assertEquals(code, 3, stdout);
  assertMatch(stdout, /main fails its own test at [^]*broken\.txt is here[^]*--allow-red-base/);
  const events = await stage.journal();
  const started = eventsOf(events, "agent.started");
  assert(started.length <= 2 && started.every(({ kind }) => kind === "first"));
  const [checked] = eventsOf(events, "base.checked");
  assertEquals([checked?.ok, checked?.check], [false, "test"]);
  assertEquals(new Set(Object.values(await stage.statuses())), new Set(["pending"]));
  assertEquals(await stage.left(), []);
});

Deno.test("a passing base is checked while the first agent works, and not again in the next run", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { any: waitAt("go") + WORK } });
  const bases = `${stage.home}/bases`;
  await stage.repo.commit("check", {
    ".parallel/config.yaml": `test: case "$PWD" in */_landing) echo x >> '${bases}';; esac\n`,
  });
  await using go = await stage.gate("go");
  for (const only of ["a", "b"]) {
    let opened: Promise<void> | undefined;
    const { code, events } = await stage.execute({ only, land: "none" }, ({ type }) => {
      if (type === "base.checked") opened = go.open();
    });
    await opened;
    assertEquals([code, eventsOf(events, "base.checked").map(({ ok }) => ok)], [0, [true]]);
  }
  assertEquals(await Deno.readTextFile(bases), "x\n");
});

Deno.test("--allow-red-base continues, and the repair prompt says that the base fails too", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    config: "test: 'false'\n",
    agent: { any: `cat > "$NOTES/prompt.$PAREX_ATTEMPT"; date +%N > a.txt` },
  });
  const { code, stdout } = await stage.parex(["execute", "--allow-red-base", "--attempts", "2"]);
  assertEquals(code, 1, stdout);
  assertMatch(await stage.note("prompt.2") ?? "", /`main` itself fails this check too/);
  assertMatch(stdout, /main fails it too[^]*main itself fails test/);
});

Deno.test("a base that fails because of a missing untracked file is reported as such", async () => {
  await using stage = await rig({
    files: { ".gitignore": "local.json\n" },
    config: "test: cat local.json\n",
  });
  await Deno.writeTextFile(`${stage.root}/local.json`, "{}");
  const { code, stdout } = await stage.parex(["execute"]);
  assertEquals(code, 3, stdout);
  assertMatch(stdout, /worktrees do not have: local\.json[^]*copy:/);
});
