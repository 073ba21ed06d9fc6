import { runCli } from "../../src/cli/program.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { takeLock } from "../../src/journal/lock.ts";
import { runDir, stateDir } from "../../src/journal/store.ts";
import { sampleEvents, started } from "../report/sample_run.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { must } from "../support/result.ts";
import { tempRepo } from "../support/repo.ts";
import { bodyOf, ioIn, repoWithPlan, RUN, runIn, writeJournal } from "./journaled.ts";

const pause = () => new Promise((resolve) => setTimeout(resolve, 10));

Deno.test("watch says that no run is in progress", async () => {
  await using repo = await tempRepo();
  const { stderr, code } = await runIn(repo, "watch");
  assert(stderr.startsWith("no run is in progress"), stderr);
  assertEquals(code, 1);
});

Deno.test("watch says how to resume an interrupted run", async () => {
  await using repo = await repoWithPlan();
  writeJournal(repo, sampleEvents().slice(0, 4));
  const { stderr, code } = await runIn(repo, "watch");
  assertEquals([stderr.split("\n")[1], code], ["next: parex resume", 1]);
});

Deno.test("watch follows a run from its start to its end", async () => {
  await using repo = await tempRepo();
  const lock = must(takeLock(stateDir(`${repo.root}/.git`), RUN));
  const watching = runIn(repo, "watch");
  const journal = openJournal(runDir(`${repo.root}/.git`, RUN), RUN);
  for (const event of sampleEvents()) {
    journal.emit(bodyOf(event));
    await pause();
  }
  const { stdout, stderr, code } = await watching;
  journal.close();
  lock.release();
  assertEquals(code, 0);
  assertEquals(stdout.split("\n").filter((line) => line.includes("  run  ")).length, 2);
  assert(stdout.includes("task-2  blocked  the agent failed"), stdout);
  assertEquals(stderr.split("\n")[0], "next: parex report");
  assert(stderr.includes("next: parex retry task-2\n"), stderr);
});

Deno.test("watch says when a run's process was killed", async () => {
  await using repo = await tempRepo();
  const lock = must(takeLock(stateDir(`${repo.root}/.git`), RUN));
  const journal = openJournal(runDir(`${repo.root}/.git`, RUN), RUN);
  journal.emit(started([]));
  const io = ioIn(repo);
  const watching = runCli(["watch"], io);
  while (io.stdout() === "") await pause();
  lock.release();
  const code = await watching;
  journal.close();
  assertEquals([io.stderr().split("\n")[0], code], [
    `run ${RUN} stopped without recording its end (killed or crashed)`,
    1,
  ]);
});
