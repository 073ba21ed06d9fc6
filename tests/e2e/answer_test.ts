/**
 * Agents that ask, and persons who answer: while the run goes on, or after it.
 */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { text, tool } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { eventsOf, rig, waitAt } from "../support/rig.ts";

const ASKS = `cat > "$NOTES/$PAREX_TASK_ID.$PAREX_ATTEMPT"
echo half > half.txt
echo "I cannot decide this."
echo "QUESTION: Which colour?"
`;
const GOES_ON = `cat > "$NOTES/$PAREX_TASK_ID.$PAREX_ATTEMPT"
cat half.txt > whole.txt
rm half.txt
git add -A
git commit -qm "feat: whole"
`;

Deno.test("an answer after the run continues the task and its dependents", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: {} },
    agent: { a: ASKS },
  });
  const asked = await stage.parex(["execute"]);
  assertEquals(asked.code, 1);
  assertMatch(asked.stdout, /Which colour\?/);
  assertMatch(asked.stdout, /parex answer a/);
  assertMatch((await stage.parex(["status"])).stdout, /^ +Which colour\?$/m);
  assertEquals(await stage.statuses(), { a: "blocked", b: "pending", c: "completed" });

  await stage.agent({ a: GOES_ON });
  const { code, stderr } = await stage.parex(["answer", "a", "Blue, like the sky."]);
  assertEquals(code, 0, stderr);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "completed" });
  assert((await stage.filesOf("a")).includes("whole.txt"));
  const prompt = await stage.note("a.1") ?? "";
  assertMatch(prompt, /Which colour\?/);
  assertMatch(prompt, /Blue, like the sky\./);
  const journal = await stage.journal();
  assertEquals(
    eventsOf(journal, "task.answered").map(({ task, question, answer }) => ({
      task,
      question,
      answer,
    })),
    [{ task: "a", question: "Which colour?", answer: "Blue, like the sky." }],
  );
  assertEquals(eventsOf(journal, "agent.started").map(({ task, kind }) => `${task} ${kind}`), [
    "a answered",
    "b first",
  ]);
});

Deno.test("an answer during the run is taken by the run", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: {} },
    agent: {
      "a.1": ASKS,
      "a.2": GOES_ON,
      c: `${waitAt("c")}echo c > c.txt`,
    },
  });
  await using c = await stage.gate("c");
  const blocked = Promise.withResolvers<void>();
  const execution = await stage.begin({}, (event) => {
    if (event.type === "task.status" && event.task === "a" && event.to === "blocked") {
      blocked.resolve();
    }
  });
  await blocked.promise;
  const { code, stdout, stderr } = await stage.parex(["answer", "a", "Blue"]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^a: run \S+ continues with the answer$/m);
  await c.open();
  const { record } = await execution.done;
  assertEquals(record.finished?.exit_code, 0);
  assertEquals(await stage.statuses(), { a: "completed", b: "completed", c: "completed" });
  assertMatch(await stage.note("a.2") ?? "", /Blue/);
  const attempts = record.tasks.get("a")?.attempts.map(({ attempt, kind }) => [attempt, kind]);
  assertEquals(attempts, [[1, "first"], [2, "answered"]]);
});

Deno.test("an attempt after the answered one still knows the answer", async () => {
  await using stage = await rig({
    tasks: { a: {} },
    agent: { a: ASKS },
    config: "test: test ! -e whole.txt || test -f fixed.txt\n",
  });
  await stage.parex(["execute"]);
  const repair = `cat > "$NOTES/a.2"; echo x > fixed.txt; git add -A; git commit -qm "fix: a"`;
  await stage.agent({ a: GOES_ON, "a.2": repair });
  assertEquals((await stage.parex(["answer", "a", "Blue"])).code, 0);
  const prompt = await stage.note("a.2") ?? "";
  assertMatch(prompt, /Which colour\?[^]*Blue[^]*test -f fixed\.txt/);
});

Deno.test("an agent that asks again is answered again", async () => {
  await using stage = await rig({ tasks: { a: {} }, agent: { a: ASKS } });
  await stage.parex(["execute"]);
  const again = await stage.parex(["answer", "a", "Blue"]);
  assertEquals(again.code, 1);
  assertEquals(await stage.statuses(), { a: "blocked" });
  await stage.agent({ a: GOES_ON });
  assertEquals((await stage.parex(["answer", "a", "Dark blue"])).code, 0);
});

Deno.test("answer explains that there is no open question", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} }, agent: { a: "echo Done." } });
  await stage.parex(["execute"]);
  const nothing = await stage.parex(["answer", "a", "Blue"]);
  assertEquals(nothing.code, 2);
  assertMatch(nothing.stderr, /no open question/);
  const completed = await stage.parex(["answer", "b", "Blue"]);
  assertEquals(completed.code, 2);
  assertMatch(completed.stderr, /b is completed, not blocked/);
  assertEquals((await stage.parex(["answer", "a", " "])).code, 2);
});

const claude = findClaude();

Deno.test({
  name: "Claude: an answer continues the same conversation",
  ...needs("the Claude CLI", claude),
  fn: async () => {
    await using stage = await rig({ tasks: { a: {} } });
    const home = join(stage.home, "home");
    await Deno.mkdir(home);
    await using api = serveModels({
      a: [
        tool("Write", { file_path: join(stage.worktree("a"), "half.txt"), content: "half" }),
        text("I stopped.\nQUESTION: Which colour?"),
        tool("Bash", { command: "git add -A && git commit -qm 'feat: blue'" }),
        text("Done."),
      ],
    });
    const env = { ...claudeEnv(api, home), PAREX_CLAUDE: claude ?? "", PAREX_AGENT: "claude" };
    assertEquals((await stage.parex(["execute"], { env })).code, 1);
    const [before] = eventsOf(await stage.journal(), "agent.finished");
    const { code, stderr } = await stage.parex(["answer", "a", "Blue"], { env });
    assertEquals(code, 0, stderr);
    const [after] = eventsOf(await stage.journal(), "agent.finished");
    assertEquals(after?.session, before?.session);
    assertMatch(api.requests.at(-1)?.userText ?? "", /Make `a\.txt`[^]*Blue/);
  },
});
