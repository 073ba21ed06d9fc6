import { join } from "node:path";
import type { EventBody, RunEvent } from "../../src/domain/event.ts";
import { followJournal } from "../../src/journal/tail.ts";
import { openJournal } from "../../src/journal/journal.ts";
import { journalPath, listRuns, newRunId, readJournal } from "../../src/journal/store.ts";
import { recordOf } from "../../src/domain/record.ts";
import { summarize } from "../../src/report/run/summary.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { failureFrom } from "../support/result.ts";

const NOTICE: EventBody = { type: "notice", message: "one\ntwo" };
const END: EventBody = {
  type: "run.finished",
  exit_code: 0,
  completed: 0,
  blocked: 0,
  pending: 0,
  ms: 1,
  speedup: 1,
};

async function folder() {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-journal-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("a journal's listeners get an event after its line is in the file", async () => {
  await using dir = await folder();
  const journal = openJournal(dir.path, "run-1");
  const heard: { event: RunEvent; text: string }[] = [];
  journal.listen((event) =>
    heard.push({ event, text: Deno.readTextFileSync(journalPath(dir.path)) })
  );
  journal.emit(NOTICE);
  journal.emit(END);
  journal.close();
  assertEquals(heard.map(({ event }) => [event.v, event.seq, event.run, event.type]), [
    [1, 1, "run-1", "notice"],
    [1, 2, "run-1", "run.finished"],
  ]);
  for (const { event, text } of heard) {
    assertEquals(text.endsWith(JSON.stringify(event) + "\n"), true);
  }
  assertEquals(await readJournal(dir.path), heard.map(({ event }) => event));
});

Deno.test("emit() after close() adds nothing, and nothing is lost by it", async () => {
  await using dir = await folder();
  const lost: string[] = [];
  const journal = openJournal(dir.path, "run-1", { onLost: ({ reason }) => lost.push(reason) });
  const heard: string[] = [];
  journal.listen(({ type }) => heard.push(type));
  journal.emit(END);
  journal.close();
  journal.emit(NOTICE);
  assertEquals([heard, lost], [["run.finished"], []]);
  assertEquals((await readJournal(dir.path)).map(({ type }) => type), ["run.finished"]);
});

Deno.test("readJournal() passes over a torn last line and foreign lines", async () => {
  await using dir = await folder();
  const journal = openJournal(dir.path, "run-1");
  journal.emit(NOTICE);
  journal.close();
  const junk = `null\n{"v":"1","seq":2,"type":"notice","at":"","run":"x"}\n\n{"v":1,"seq":2,"ty`;
  await Deno.writeTextFile(journalPath(dir.path), junk, { append: true });
  assertEquals((await readJournal(dir.path)).map(({ seq }) => seq), [1]);
});

Deno.test("readJournal() takes an empty journal for a run that did nothing", async () => {
  await using dir = await folder();
  await Deno.mkdir(dir.path, { recursive: true });
  await Deno.writeTextFile(journalPath(dir.path), "");
  await failureFrom(readJournal(dir.path), "run_not_found");
});

Deno.test("a broken line in the middle of a journal is counted, not ignored", async () => {
  await using dir = await folder();
  const journal = openJournal(dir.path, "run-1");
  for (let line = 0; line < 4; line++) journal.emit(NOTICE);
  journal.close();
  const lines = (await Deno.readTextFile(journalPath(dir.path))).split("\n");
  await Deno.writeTextFile(journalPath(dir.path), lines.with(1, '{"v":1,"se\0').join("\n"));
  const record = recordOf(await readJournal(dir.path));
  assertEquals([record.lostEvents, record.notices.length], [1, 3]);
  const [warning] = summarize(record).warnings;
  assert(warning?.startsWith("the journal is damaged: 1 event cannot be read"), warning);
});

Deno.test("readJournal() refuses what a newer parex has written", async () => {
  await using dir = await folder();
  const journal = openJournal(dir.path, "run-1");
  journal.emit(NOTICE);
  journal.close();
  await Deno.writeTextFile(journalPath(dir.path), `{"v":2,"seq":2}\n`, { append: true });
  assertEquals((await failureFrom(readJournal(dir.path), "journal_newer")).version, 2);
});

Deno.test("openJournal() continues after the last complete line of a torn journal", async () => {
  await using dir = await folder();
  const before = openJournal(dir.path, "run-1");
  before.emit(NOTICE);
  before.close();
  await Deno.writeTextFile(journalPath(dir.path), `{"v":1,"seq":2,"ty`, { append: true });
  const after = openJournal(dir.path, "run-1", { lastSeq: 1 });
  after.emit(NOTICE);
  after.close();
  assertEquals((await readJournal(dir.path)).map(({ seq }) => seq), [1, 2]);
});

Deno.test("readJournal() knows no run whose folder is not there", async () => {
  await using dir = await folder();
  const failure = await failureFrom(readJournal(join(dir.path, "run-9")), "run_not_found");
  assertEquals(failure.id, "run-9");
});

Deno.test("listRuns() lists runs by their time, and none where nothing was run", async () => {
  await using dir = await folder();
  assertEquals(await listRuns(dir.path), []);
  const moments = [60_035, 60_000, 60_036, 120_000];
  const ids = moments.map((ms) => newRunId(new Date(Date.UTC(2026, 0, 1) + ms)));
  for (const id of ids) await Deno.mkdir(join(dir.path, "parex/runs", id), { recursive: true });
  const listed = await listRuns(dir.path);
  assertEquals(listed, [ids[1], ids[0], ids[2], ids[3]] as string[]);
  assertMatch(listed[0] ?? "", /^20260101-000100-\w{4}$/);
});

Deno.test("followJournal() yields what was written and what comes, each line once, to the end", async () => {
  await using dir = await folder();
  const journal = openJournal(dir.path, "run-1");
  journal.emit(NOTICE);
  const seen: number[] = [];
  for await (const { seq } of followJournal(dir.path, () => true)) {
    seen.push(seq);
    if (seq === 1) {
      journal.emit(NOTICE);
      journal.emit(END);
    }
  }
  journal.close();
  assertEquals(seen, [1, 2, 3]);
});

Deno.test("followJournal() ends with the process that wrote it, with half a line unread", async () => {
  await using dir = await folder();
  const journal = openJournal(dir.path, "run-1");
  journal.emit(NOTICE);
  journal.close();
  await Deno.writeTextFile(journalPath(dir.path), `{"v":1,"seq":2`, { append: true });
  const events = await Array.fromAsync(followJournal(dir.path, () => false));
  assertEquals(events.map(({ seq }) => seq), [1]);
  const none = await Array.fromAsync(
    followJournal(join(dir.path, "none"), () => false),
  );
  assertEquals(none, []);
});
