import { assertEquals, assertMatch } from "../support/assert.ts";
import { rig } from "../support/rig.ts";

const WORKS = `echo $PAREX_TASK_ID > $PAREX_TASK_ID.txt
git add -A
git commit -qm "feat: $PAREX_TASK_ID"
echo $PAREX_TASK_ID >> $NOTES/started
`;

Deno.test("execute --land merge lands what was completed without landing, with no agent", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: {} },
    agent: { a: WORKS, b: WORKS, c: WORKS },
  });
  const first = await stage.execute({ land: "none", only: ["b"] });
  assertEquals(first.code, 0);
  const dry = await stage.parex(["execute", "--land", "merge", "--dry-run"]);
  assertMatch(dry.stdout, /^already completed, only to land: a, b$/m);
  const { code, stdout } = await stage.parex(["execute", "--land", "merge"]);
  assertEquals(code, 0, stdout);
  const onMain = await stage.repo.git(["ls-tree", "--name-only", "main"]);
  for (const task of ["a", "b", "c"]) assertMatch(onMain, new RegExp(`^${task}\\.txt$`, "m"));
  assertEquals((await stage.note("started"))?.trim().split("\n").sort(), ["a", "b", "c"]);
  const tip = await stage.repo.git(["rev-parse", "main"]);
  assertEquals((await stage.parex(["execute", "--land", "merge"])).code, 0);
  assertEquals(await stage.repo.git(["rev-parse", "main"]), tip);
});

Deno.test("completed work that conflicts with the base blocks its task, and execute exits with 1", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    files: { "shared.txt": "one\n" },
    agent: { a: `test "$PAREX_ATTEMPT" = 1 || exit 1\necho a > shared.txt\ngit commit -qam a` },
  });
  assertEquals((await stage.execute({ land: "none" })).code, 0);
  await stage.repo.write({ "shared.txt": "theirs\n" });
  await stage.repo.git(["commit", "-qam", "theirs"]);
  const { code, stdout } = await stage.parex(["execute", "--land", "merge", "--attempts", "1"]);
  assertEquals(code, 1, stdout);
  assertMatch(stdout, /\n {2}parex retry a\n/);
  assertEquals(await stage.repo.git(["show", "main:shared.txt"]), "theirs");
});
