import type { EventBody } from "../../src/domain/event.ts";
import { openJournal } from "../../src/run/journal.ts";
import { takeLock } from "../../src/run/lock.ts";
import { runDir, stateDir } from "../../src/run/store.ts";
import { sampleEvents } from "../report/sample_run.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { must } from "../support/result.ts";
import { tempRepo } from "../support/repo.ts";
import { RUN, runIn } from "./journaled.ts";

Deno.test("watch says that no run goes on", async () => {
  await using repo = await tempRepo();
  const { stderr, code } = await runIn(repo, "watch");
  assert(stderr.startsWith("no run is going on"), stderr);
  assertEquals(code, 1);
});

Deno.test("watch follows a run from its start to its end, torn lines included", async () => {
  await using repo = await tempRepo();
  const lock = must(await takeLock(stateDir(`${repo.root}/.git`), RUN));
  const watching = runIn(repo, "watch");
  const journal = openJournal(runDir(`${repo.root}/.git`, RUN), RUN);
  for (const { v: _v, seq: _seq, at: _at, run: _run, ...body } of sampleEvents()) {
    journal.emit(body as EventBody);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { stderr, code } = await watching;
  journal.close();
  lock.release();
  assertEquals(code, 0);
  assertEquals(stderr.split("\n").filter((line) => line.includes("  run  ")).length, 2);
  assert(stderr.includes("task-2  blocked  agent_failed"), stderr);
});

Deno.test("watch says when a run's process ends without a last word", async () => {
  await using repo = await tempRepo();
  const lock = must(await takeLock(stateDir(`${repo.root}/.git`), RUN));
  const journal = openJournal(runDir(`${repo.root}/.git`, RUN), RUN);
  const watching = runIn(repo, "watch");
  setTimeout(() => lock.release(), 300);
  const { stderr, code } = await watching;
  journal.close();
  assertEquals([stderr.split("\n")[0], code], [`run ${RUN} has ended without a last word`, 1]);
});
