/** What setup installs, on a file system that can clone files. */
import { join } from "node:path";
import { exists } from "../../src/util/files.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { type Rig, rig, type RigOptions } from "../support/rig.ts";
import { cloningDisk, mayClone } from "./disk.ts";

const MANY = 150;

/** Installs packages, and an environment whose programs name the worktree, unless they are there. */
const SETUP = `for folder in node_modules .venv; do
  [ -d $folder ] && { echo "found $folder" >> "$NOTES/$PAREX_TASK_ID"; continue; }
  mkdir $folder
  i=0; while [ $i -lt ${MANY} ]; do i=$((i + 1)); echo "$folder $i" > $folder/$i; done
done
echo "#!$PWD/.venv/bin/python" > .venv/program
`;

const FILES = {
  "package.json": '{ "dependencies": { "p": "1" } }',
  ".gitignore": "node_modules\n.venv\n",
  "setup.sh": SETUP,
};

async function onDisk(options: RigOptions, story: (stage: Rig) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir({ prefix: "parex-clone-" });
  try {
    await using _ = await cloningDisk(dir);
    await using stage = await rig({ dir, ...options });
    await story(stage);
  } finally {
    await Deno.remove(dir);
  }
}

const setup = (stage: Rig) => `NOTES='${stage.home}/notes' sh setup.sh`;

Deno.test({
  name: "what one worktree has installed is cloned into the others, and belongs to each alone",
  ignore: !mayClone,
  fn: () =>
    onDisk({
      tasks: { a: {}, b: {}, c: {} },
      files: FILES,
      agent: { any: `echo mine > node_modules/1\necho done > "$PAREX_TASK_ID.txt"\n` },
    }, async (stage) => {
      await stage.repo.write({ ".parallel/config.yaml": `setup: ${setup(stage)}\ntest: "true"\n` });
      await stage.repo.commit("configure");
      assertEquals((await stage.execute({ land: "none", jobs: 3 })).code, 0);
      const found = await Promise.all(["a", "b", "c"].map((task) => stage.note(task)));
      // A base without a task is set up, too.
      assert(found.filter((note) => note === undefined).length <= 1, JSON.stringify(found));
      for (const [at, task] of ["a", "b", "c"].entries()) {
        assert([undefined, "found node_modules\n"].includes(found[at]), found[at]);
        const path = (name: string) => join(stage.worktree(task), name);
        assertEquals(await Deno.readTextFile(path("node_modules/1")), "mine\n");
        assertEquals(await Deno.readTextFile(path("node_modules/2")), "node_modules 2\n");
        const { nlink, isSymlink } = await Deno.lstat(path("node_modules/2"));
        assertEquals([nlink, isSymlink], [1, false]);
        assertEquals(
          await Deno.readTextFile(path(".venv/program")),
          `#!${path(".venv")}/bin/python\n`,
        );
      }
      const kept = join(stage.root, ".git/parex/installed");
      assertEquals(exists(kept) ? [...Deno.readDirSync(kept)].length : 0, 0);
    }),
});

Deno.test({
  name: "a setup that expects an empty worktree gets one",
  ignore: !mayClone,
  fn: () =>
    onDisk({ tasks: { a: {}, b: {} }, files: FILES }, async (stage) => {
      const config = `setup: mkdir node_modules && ${
        setup(stage)
      } && seq ${MANY} | xargs -I% touch node_modules/%\n`;
      await stage.repo.write({ ".parallel/config.yaml": `${config}test: "true"\n` });
      await stage.repo.commit("configure");
      assertEquals((await stage.execute({ land: "none" })).code, 0);
      assertEquals(await stage.statuses(), { a: "completed", b: "completed" });
    }),
});
