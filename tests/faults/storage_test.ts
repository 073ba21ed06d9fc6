/** Disks that are full, folders that cannot be written, files in the way. */
import { dirname, join } from "node:path";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { taskFileOf } from "../support/plan_files.ts";
import { textOf, writeFiles } from "../support/repo.ts";
import { type Rig, rig } from "../support/rig.ts";
import { fullFor, mayMount, readOnly, smallDisk } from "./disk.ts";

/** Starts of agents, in their order. */
const NOTES_START = `echo "$PAREX_TASK_ID" >> "$NOTES/starts"
echo work > "$PAREX_TASK_ID.txt"
`;

async function assertResumable(stage: Rig, tasks: string[]): Promise<void> {
  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  for (const task of tasks) assertEquals(await stage.status(task), "completed");
}

for (const [afterLines, begun] of [[1, 0], [3, 1], [5, 1], [6, 1]] as const) {
  Deno.test(`a journal that takes ${afterLines} lines stops the run before anything else is done`, async () => {
    await using stage = await rig({
      tasks: { a: {}, b: { after: ["a"] } },
      agent: { any: NOTES_START },
    });
    {
      using _ = fullFor("journal.ndjson", { afterLines });
      const { code, failure } = await stage.execute();
      assertEquals([code, failure?.reason], [3, "journal_lost"]);
    }
    assertEquals(await stage.statuses(), { a: "pending", b: "pending" });
    assertEquals((await stage.note("starts") ?? "").split("\n").length - 1, begun);
    assertEquals(await stage.left(), []);
    assertEquals((await stage.journal()).length, afterLines);
    await assertResumable(stage, ["a", "b"]);
  });
}

Deno.test("a disk that is full from the first line on begins no task", async () => {
  await using stage = await rig({ agent: { any: NOTES_START } });
  using _ = fullFor("journal.ndjson");
  assertEquals((await stage.execute()).failure?.reason, "journal_lost");
  assertEquals(await stage.note("starts"), undefined);
  assertEquals(await stage.status("a"), "pending");
});

for (const [what, file] of [["transcript", ".log"], ["output of a check", "test.log"]] as const) {
  Deno.test(`a ${what} that does not fit on the disk ends the run, and no task is blamed`, async () => {
    await using stage = await rig({
      agent: { any: `echo said; ${NOTES_START}` },
      config: "test: echo output\n",
    });
    {
      using _ = fullFor(file);
      const { code, record } = await stage.execute({ attempts: 1 });
      assertEquals([code, record.finished?.stopped?.reason], [3, "disk_full"]);
    }
    assertEquals(await stage.status("a"), "pending");
    await assertResumable(stage, ["a"]);
  });
}

Deno.test({
  name: "a real disk that fills up ends the run, and resume continues when there is room again",
  ignore: !mayMount,
  fn: async () => {
    await using stage = await rig({
      tasks: { a: {}, b: { after: ["a"] } },
    });
    const disk = join(stage.root, ".git/parex");
    const fill = join(disk, "fill");
    await stage.agent({ a: `${NOTES_START}dd if=/dev/zero of='${fill}' 2>/dev/null || true` });
    await using _ = await smallDisk(disk, 256);
    const { code, stdout } = await stage.parex(["execute"]);
    assertEquals(code, 3, stdout);
    assertMatch(stdout, /No space left/);

    await Deno.remove(fill);
    const resumed = await stage.parex(["resume"]);
    assertEquals(resumed.code, 0, resumed.stderr);
    assertEquals(await stage.filesOf("b").then((files) => files.includes("b.txt")), true);
  },
});

Deno.test({
  name: "a real full disk under the worktrees ends the run with git's words",
  ignore: !mayMount,
  fn: async () => {
    await using stage = await rig({ files: { "big.bin": "x".repeat(300_000) } });
    await using _ = await smallDisk(`${stage.root}.worktrees`, 64);
    const { code, stdout } = await stage.parex(["execute"]);
    assertEquals(code, 3, stdout);
    assertMatch(stdout, /unable to write file big\.bin|No space left/);
    assertEquals(await stage.status("a"), "pending");
  },
});

Deno.test({
  name: "a read-only folder of the plan lets the run go on, and says that statuses are not written",
  ignore: !mayMount,
  fn: async () => {
    await using stage = await rig();
    await using _ = await readOnly(dirname(join(stage.root, taskFileOf("a"))));
    const { code, stderr } = await stage.parex(["execute"]);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /cannot read or write .*a\.md/);
    assertEquals(await stage.filesOf("a").then((files) => files.includes("a.txt")), true);
  },
});

Deno.test({
  name: "a read-only .git ends with 3 before anything is begun",
  ignore: !mayMount,
  fn: async () => {
    await using stage = await rig();
    await using _ = await readOnly(join(stage.root, ".git"));
    const { code, stderr } = await stage.parex(["execute"]);
    assertEquals(code, 3, stderr);
    assertMatch(stderr, /[Rr]ead-only/);
    assertEquals(await stage.status("a"), "pending");
  },
});

Deno.test("a file where parex keeps its state ends with 3 and its path", async () => {
  await using stage = await rig();
  await writeFiles(stage.root, { ".git/parex": "mine" });
  const { code, failure } = await stage.execute();
  assertEquals([code, failure?.reason], [3, "io_failed"]);
  assertEquals(await Deno.readTextFile(join(stage.root, ".git/parex")), "mine");
});

Deno.test("a file where the journals belong ends with 3, and the lock is given back", async () => {
  await using stage = await rig();
  await writeFiles(stage.root, { ".git/parex/runs": "mine" });
  const { code, stderr } = await stage.parex(["execute"]);
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /parex\/runs/);
  await Deno.remove(join(stage.root, ".git/parex/runs"));
  assertEquals((await stage.execute()).code, 0);
});

Deno.test("a file named worktrees keeps the link away, and stays as it is", async () => {
  await using stage = await rig();
  await writeFiles(stage.root, { worktrees: "mine" });
  await stage.repo.commit("A file of that name");
  assertEquals((await stage.execute()).code, 0);
  assertEquals(await stage.repo.read("worktrees"), "mine");
});

Deno.test("a folder that is not parex's where a worktree belongs is refused and left alone", async () => {
  await using stage = await rig();
  await writeFiles(`${stage.root}.worktrees`, { "a/mine.txt": "mine" });
  const { code, failure } = await stage.execute();
  assertEquals([code, failure?.reason], [3, "foreign_worktree"]);
  assertEquals(await textOf(stage.worktree("a/mine.txt")), "mine");
});
