/**
 * The hooks in the real Claude CLI: what it asks them, and what it does with their answers.
 */
import { join } from "node:path";
import { bench, contract } from "../agent/claude_bench.ts";
import { tempFolder } from "../agent/rig.ts";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { text, tool } from "../support/messages_api.ts";

const commit = tool("Bash", {
  command: "echo x > x.txt && git add x.txt && git commit -qm 'feat: add x'",
});

contract("is denied an escape by the hook, is told why, and goes on", async () => {
  await using outside = await tempFolder();
  const target = join(outside.path, "x.txt");
  await using model = await bench(() => [
    tool("Bash", { command: `cd ${outside.path} && echo x > x.txt` }),
    tool("Write", { file_path: target, content: "x" }),
    tool("Bash", { command: "git push origin HEAD" }),
    commit,
    text("Added x."),
  ], { end: "guarded" });
  const { outcome } = await model.attempt();
  assertEquals(outcome.outcome, "finished");
  assertEquals(outcome.detail, "Added x.");
  assertEquals([...Deno.readDirSync(outside.path)], []);
  assertEquals(await model.git(["log", "-1", "--format=%s"]), "feat: add x");
  const heard = model.api.requests.at(-1)?.userText ?? "";
  assertEquals(heard.match(/lies outside this task's worktree/g)?.length, 2);
  assertMatch(heard, /An agent does not push\. parex pushes the branch/);
});

contract("is sent back by the hook to commit what it has left", async () => {
  await using model = await bench((worktree) => [
    tool("Write", { file_path: join(worktree, "x.txt"), content: "x\n" }),
    text("I am done."),
    tool("Bash", { command: "git add x.txt && git commit -qm 'feat: add x'" }),
    text("Committed."),
  ], { end: "guarded" });
  const { outcome } = await model.attempt();
  assertEquals(outcome.detail, "Committed.");
  assertEquals(await model.git(["status", "--porcelain"]), "");
  assertMatch(model.api.requests.at(-1)?.userText ?? "", /This is not committed: x\.txt\./);
});

contract("is sent back twice at most", async () => {
  await using model = await bench((worktree) => [
    tool("Write", { file_path: join(worktree, "x.txt"), content: "x\n" }),
    text("Done, once."),
    text("Done, twice."),
    text("Done, for good."),
    text("Never said."),
  ], { end: "guarded" });
  const { outcome } = await model.attempt();
  assertEquals(outcome.outcome, "finished");
  assertEquals(outcome.detail, "Done, for good.");
});

contract("may end with a question though nothing is done", async () => {
  await using model = await bench(() => [text("I stopped.\nQUESTION: Which database?")], {
    end: "guarded",
  });
  const { outcome } = await model.attempt();
  assertMatch(outcome.detail ?? "", /QUESTION: Which database\?/);
  assertEquals(model.api.requests.length, 1);
});
