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

Deno.test("an issue of beads is closed with bd, where that is there", async () => {
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
