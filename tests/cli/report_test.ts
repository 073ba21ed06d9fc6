import { recordOf } from "../../src/domain/record.ts";
import { reportText } from "../../src/report/run/text.ts";
import { summarize } from "../../src/report/run/summary.ts";
import { readJournal, runDir } from "../../src/journal/store.ts";
import { sampleEvents } from "../report/sample_run.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { tempRepo } from "../support/repo.ts";
import { repoWithPlan, RUN, runIn, writeJournal } from "./journaled.ts";

Deno.test("report prints what the run itself printed at its end", async () => {
  await using repo = await repoWithPlan();
  writeJournal(repo, sampleEvents());
  const events = await readJournal(runDir(`${repo.root}/.git`, RUN));
  const printed = reportText(summarize(recordOf(events)), { color: false, columns: 80 });
  const { stdout, stderr, code } = await runIn(repo, "report");
  assertEquals([stdout, stderr, code], [printed, "", 0]);
});

Deno.test("report --json prints the last run, or the one that is named", async () => {
  await using repo = await repoWithPlan();
  writeJournal(repo, sampleEvents());
  writeJournal(repo, sampleEvents().slice(0, 4), "20261123-080000-zzzz");
  const last = JSON.parse((await runIn(repo, "report", "--json")).stdout);
  assertEquals([last.run, last.state], ["20261123-080000-zzzz", "interrupted"]);
  const named = JSON.parse((await runIn(repo, "report", RUN, "--json")).stdout);
  assertEquals([named.run, named.state, named.counts.completed], [RUN, "finished", 2]);
});

Deno.test("report skips a run that had nothing to do, unless it is named", async () => {
  await using repo = await repoWithPlan();
  writeJournal(repo, sampleEvents());
  const idle = "20261123-080000-zzzz";
  const [first] = sampleEvents();
  const last = sampleEvents().at(-1);
  assert(first?.type === "run.started" && last?.type === "run.finished");
  writeJournal(repo, [{ ...first, tasks: [] }, last], idle);
  assertEquals(JSON.parse((await runIn(repo, "report", "--json")).stdout).run, RUN);
  assertEquals(JSON.parse((await runIn(repo, "report", idle, "--json")).stdout).run, idle);
});

Deno.test("report --html writes a file and says where", async () => {
  await using repo = await repoWithPlan();
  writeJournal(repo, sampleEvents());
  const { stdout, stderr } = await runIn(repo, "report", "--html", "report.html");
  assertEquals([stdout, stderr], ["", "Report written to report.html\n"]);
  assert((await repo.read("report.html")).startsWith("<!doctype html>"));
});

Deno.test("report fails where nothing was run, and for a run that is not there", async () => {
  await using repo = await tempRepo();
  const nothing = await runIn(repo, "report");
  assertEquals(nothing.code, 2);
  assert(nothing.stderr.startsWith("error: no plan has been run in this repository yet"));
  const { code, stderr } = await runIn(repo, "report", "no-such-run");
  assertEquals(code, 2);
  assert(stderr.startsWith('error: there is no run "no-such-run"'), stderr);
});
