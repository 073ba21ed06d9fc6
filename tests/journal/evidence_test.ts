import { assertEquals } from "../support/assert.ts";
import { EvidenceStore } from "../../src/journal/evidence.ts";

const STATE = { tree: "t1", command: "npm test", around: ["npm ci"] };

async function inFolder(work: (folder: string, file: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/parex`);
    await work(folder, `${folder}/parex/evidence.ndjson`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a check that has passed is known by tree, command and all around it, in later runs too", async () => {
  await inFolder(async (folder) => {
    const store = new EvidenceStore(folder);
    assertEquals(await store.find(STATE), undefined);
    await store.keep(STATE, { run: "r1", task: "a" });
    assertEquals(await store.find(STATE), { run: "r1", task: "a" });
    const later = new EvidenceStore(folder);
    assertEquals(await later.find(STATE), { run: "r1", task: "a" });
    assertEquals(await later.find({ ...STATE, tree: "t2" }), undefined);
    assertEquals(await later.find({ ...STATE, command: "npm run lint" }), undefined);
    assertEquals(await later.find({ ...STATE, around: ["yarn"] }), undefined);
  });
});

Deno.test("a torn line loses itself alone, and what is old is forgotten", async () => {
  await inFolder(async (folder, file) => {
    const first = new EvidenceStore(folder);
    await first.keep(STATE, { run: "r1" });
    await Deno.writeTextFile(file, '{"key":"torn', { append: true });
    const second = new EvidenceStore(folder);
    assertEquals(await second.find(STATE), { run: "r1" });
    await second.keep({ ...STATE, tree: "t2" }, { run: "r2" });
    assertEquals(await new EvidenceStore(folder).find({ ...STATE, tree: "t2" }), { run: "r2" });
    const filler = Array.from({ length: 2_500 }, (_, at) => `{"key":"${at}","run":"r"}\n`);
    await Deno.writeTextFile(file, filler.join(""), { append: true });
    assertEquals(await new EvidenceStore(folder).find(STATE), undefined);
    assertEquals((await Deno.readTextFile(file)).trim().split("\n").length, 2_000);
  });
});
