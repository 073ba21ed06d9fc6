import { assert, assertEquals } from "../support/assert.ts";
import { doneFiles, SAMPLES } from "../plan/import/samples.ts";
import { writeFiles } from "../support/repo.ts";
import { rig } from "../support/rig.ts";

const FLAGS = ["--land", "none", "--yes", "--jobs", "4"];

for (const [title, sample] of Object.entries(SAMPLES)) {
  Deno.test(`a list of ${title}'s is executed, its marks are written back, and then nothing is left`, async () => {
    await using stage = await rig({ files: sample.files, config: 'test: "true"\n' });
    const first = await stage.parex(["execute", sample.path, ...FLAGS]);
    assertEquals(first.code, 0, first.stderr + first.stdout);
    const texts = await Promise.all(Object.keys(sample.files).map((file) => stage.repo.read(file)));
    assertEquals(
      Object.fromEntries(Object.keys(sample.files).map((file, at) => [file, texts[at]])),
      doneFiles(sample),
    );
    for (const id of Object.keys(sample.waits)) {
      assert((await stage.filesOf(id)).includes(`${id}.txt`), id);
    }
    const second = await stage.parex(["execute", sample.path, ...FLAGS]);
    assertEquals(second.code, 0, second.stderr);
    assert(/nothing to do/i.test(second.stdout + second.stderr), second.stdout + second.stderr);
    assert(!second.stderr.includes("attempt"), second.stderr);
  });
}

Deno.test("an issue of beads is closed with bd, if it is installed", async () => {
  const sample = SAMPLES.beads;
  assert(sample);
  await using stage = await rig({ files: sample.files, config: 'test: "true"\n' });
  const bin = `${stage.home}/bin`;
  await writeFiles(bin, { bd: `#!/bin/sh\necho "$PWD $*" >> "${stage.home}/notes/bd"\n` });
  await Deno.chmod(`${bin}/bd`, 0o755);
  const run = await stage.parex(["execute", ".beads", "--only", "bd-11", ...FLAGS], {
    env: { PATH: `${bin}:${Deno.env.get("PATH")}` },
  });
  assertEquals(run.code, 0, run.stderr);
  const calls = (await stage.note("bd"))?.trim().split("\n").toSorted();
  assertEquals(calls, [`${stage.root} close bd-10`, `${stage.root} close bd-11`]);
});

Deno.test("a blocked task of another tool's list is shown as such and can be retried", async () => {
  const sample = SAMPLES["Spec Kit"];
  assert(sample);
  await using stage = await rig({
    files: sample.files,
    config: 'test: "true"\n',
    agent: { T003: "exit 1\n" },
  });
  const flags = [...FLAGS, "--attempts", "1"];
  const first = await stage.parex(["execute", "specs/004-pantry", "--only", "T003", ...flags]);
  assertEquals(first.code, 1, first.stderr);
  const status = await stage.parex(["status", "--json"]);
  const found = JSON.parse(status.stdout).tasks.find((task: { id: string }) => task.id === "T003");
  assertEquals([found.status, found.reason], ["blocked", "agent_failed"]);
  assertEquals(await stage.repo.read(sample.path), sample.files[sample.path]);
  await stage.agent({ T003: "echo jar > T003.txt; git add -A; git commit -qm T003\n" });
  const retried = await stage.parex(["retry", "T003", "--yes"]);
  assert((await stage.filesOf("T003")).includes("T003.txt"), retried.stderr + retried.stdout);
  assert((await stage.repo.read(sample.path)).includes("- [x] T003 "));
});

Deno.test("a group of another tool's list can be chosen by its id", async () => {
  const sample = SAMPLES.Kiro;
  assert(sample);
  await using stage = await rig({ files: sample.files, config: 'test: "true"\n' });
  const run = await stage.parex([
    "execute",
    sample.path,
    "--only",
    "2",
    "--dry-run",
    "--json",
    "--land",
    "none",
  ]);
  assertEquals(run.code, 0, run.stderr);
  const ids = JSON.parse(run.stdout).tasks.map(({ id }: { id: string }) => id);
  assertEquals(ids, ["2.2", "2.3"]);
});
