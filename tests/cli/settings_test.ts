import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { parex } from "../support/parex.ts";
import { tempRepo } from "../support/repo.ts";

Deno.test("parex execute reports all errors of its settings at once and exits with 2", async () => {
  await using repo = await tempRepo();
  await repo.write({ ".parallel/config.yaml": "jobs: 4\nbuget: 20\ntimeout: soon\n" });
  const { code, stdout, stderr } = await parex(["execute", "--attempts", "none", "--land", "rp"], {
    cwd: repo.root,
    env: { PAREX_JBOS: "3" },
  });
  assertEquals([code, stdout], [2, ""]);
  const config = join(repo.root, ".parallel/config.yaml");
  for (
    const said of [
      `${config}:2:1  error  there is no setting "buget"`,
      "did you mean budget?",
      `${config}:3:10  error  "soon" is not valid for timeout`,
      `--attempts  error  "none" is not valid for attempts`,
      `--land  error  "rp" is not valid for land`,
      "PAREX_JBOS  error  no setting has the variable PAREX_JBOS",
    ]
  ) assert(stderr.includes(said), `missing: ${said}\n${stderr}`);
});

Deno.test("parex execute suggests the flag that a mistyped one means", async () => {
  const { code, stdout, stderr } = await parex(["execute", "--jbos", "3"]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /unknown option '--jbos'\nnext: did you mean --jobs\?/);
  assertMatch(stderr, /usage: parex execute \[options\] \[plan\]/);
});

Deno.test("parex execute prints text of a config file without its control characters", async () => {
  await using repo = await tempRepo();
  await repo.write({ ".parallel/config.yaml": 'agent: "\\e[31mred"\n' });
  const { code, stderr } = await parex(["execute"], { cwd: repo.root });
  assertEquals(code, 2);
  assert(!stderr.includes("\x1b"), "an escape sequence reached the terminal");
});
