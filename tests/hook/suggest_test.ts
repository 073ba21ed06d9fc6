import { join } from "node:path";
import { sessionContext, suggestCommands } from "../../src/hook/suggest.ts";
import { takeLock } from "../../src/journal/lock.ts";
import { RUN, writeJournal } from "../cli/journaled.ts";
import { node, script, started, status } from "../report/sample_run.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { planFiles } from "../support/plan_files.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { must } from "../support/result.ts";

const PLAN = {
  "task-0": { status: "completed" },
  "task-1": { after: ["task-0"] },
  "task-2": {},
  "task-3": { after: ["task-1", "task-2"] },
};

/** What is offered to somebody who plainly asks for a plan to be executed. */
async function offerRun(cwd: string): Promise<string> {
  return await suggestCommands(cwd, { for: "run" }) ?? "";
}

function planned(): Promise<TempRepo> {
  return tempRepo({ files: { "src/a.ts": "", ...planFiles(PLAN, "Two\\nlines") } });
}

function begin(repo: TempRepo): void {
  const graph = [node("task-0", "Set up"), node("task-1", "Count")];
  writeJournal(
    repo,
    script(
      [0, started(graph)],
      [1, status("task-0", "pending", "completed")],
    ),
  );
}

Deno.test("suggestCommands() names the plan, what is ready, and the command as it is typed there", async () => {
  await using repo = await planned();
  const words = await offerRun(repo.root);
  assertMatch(words, /"Two lines" \(\.parallel\/plans\/plan\.yaml\), 4 tasks, 1 completed/);
  assertMatch(words, /3 to do, 2 ready to start now/);
  assertMatch(words, /`parex execute \.parallel\/plans\/plan\.yaml`/);
  const below = await offerRun(join(repo.root, "src"));
  assertMatch(below, /`parex execute \.\.\/\.parallel\/plans\/plan\.yaml`/);
});

Deno.test("suggestCommands() says how to make a plan where there is none, repository or not", async () => {
  await using repo = await tempRepo();
  for (const cwd of [repo.root, "/"]) {
    const words = await offerRun(cwd);
    assertMatch(words, /found none/);
    assertMatch(words, /\/ctx:plan.*\.parallel\/plans\/plan\.yaml.*metadata\.name/);
  }
});

Deno.test("suggestCommands() sends to validate where the plan cannot be read", async () => {
  await using repo = await tempRepo({ files: { ".parallel/plans/plan.yaml": "tasks: [" } });
  assertMatch(await offerRun(repo.root), /cannot be read.*\n.*`parex validate \.parallel/);
  assertEquals(await sessionContext(repo.root), undefined);
});

Deno.test("suggestCommands() has no command for a plan whose tasks are all completed", async () => {
  const files = planFiles({ "task-0": { status: "completed" } });
  await using repo = await tempRepo({ files });
  assertMatch(await offerRun(repo.root), /all its tasks are completed/);
  assertEquals(await sessionContext(repo.root), undefined);
});

Deno.test("sessionContext() says in two lines that a plan is ready, and nothing where none is", async () => {
  await using repo = await planned();
  const words = await sessionContext(repo.root) ?? "";
  assertEquals(words.split("\n").length, 2);
  assertMatch(words, /is ready here: "Two lines".*\n.*`parex execute/);
  await using empty = await tempRepo();
  assertEquals(await sessionContext(empty.root), undefined);
  assertEquals(await sessionContext("/"), undefined);
});

Deno.test("sessionContext() says in two lines that a run was interrupted", async () => {
  await using repo = await planned();
  begin(repo);
  const words = await sessionContext(repo.root) ?? "";
  assertEquals(words.split("\n").length, 2);
  assertMatch(words, /was interrupted: "word-count", 1 of 2 tasks completed\.\n.*`parex resume`/);
});

Deno.test("sessionContext() and suggestCommands() say that a run is on, also within a worktree", async () => {
  await using repo = await planned();
  begin(repo);
  await repo.git(["worktree", "add", "-q", "../linked"]);
  const lock = must(takeLock(`${repo.root}/.git/parex`, RUN));
  for (const cwd of [repo.root, join(repo.root, "../linked")]) {
    const words = await sessionContext(cwd) ?? "";
    assertEquals(words.split("\n").length, 2);
    assertMatch(words, /right now: "word-count", 1 of 2 tasks completed\.\n.*`parex watch`/);
    assertEquals(await offerRun(cwd), words);
  }
  lock.release();
});

Deno.test("sessionContext() does not mention a finished run", async () => {
  await using repo = await tempRepo();
  writeJournal(
    repo,
    script(
      [0, started([node("task-0", "Set up")])],
      [9, {
        type: "run.finished",
        exit_code: 0,
        completed: 1,
        blocked: 0,
        pending: 0,
        ms: 9000,
        speedup: 1,
      }],
    ),
  );
  assert(await sessionContext(repo.root) === undefined);
});

Deno.test("suggestCommands() takes a bare go-ahead for the plan's where one is ready, and says no more than at the start", async () => {
  await using repo = await planned();
  const go = { for: "run", given: "plan" } as const;
  assertEquals(await suggestCommands(repo.root, go), await sessionContext(repo.root));
  begin(repo);
  assertMatch(await suggestCommands(repo.root, go) ?? "", /was interrupted.*\n.*`parex resume`/);
  const lock = must(takeLock(`${repo.root}/.git/parex`, RUN));
  assertEquals(await suggestCommands(repo.root, go), undefined);
  lock.release();
  await using empty = await tempRepo();
  assertEquals(await suggestCommands(empty.root, go), undefined);
});

Deno.test("suggestCommands() answers how far it is where there is a run, and nowhere else", async () => {
  await using repo = await planned();
  const howFar = { for: "status", given: "run" } as const;
  assertEquals(await suggestCommands(repo.root, howFar), undefined);
  begin(repo);
  const lock = must(takeLock(`${repo.root}/.git/parex`, RUN));
  assertMatch(
    await suggestCommands(repo.root, howFar) ?? "",
    /1 of 2 tasks completed\.\n`parex status`/,
  );
  lock.release();
});
