/**
 * The hooks in the real Claude CLI: what it asks them, and what it does with their answers.
 */
import { join } from "node:path";
import { selfCommand } from "../../src/exec/self.ts";
import { bench, contract } from "../agent/claude_bench.ts";
import { tempFolder } from "../agent/rig.ts";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { text, tool } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { planFiles } from "../support/plan_files.ts";
import { tempRepo } from "../support/repo.ts";

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
  assertEquals(heard.match(/is outside this task's worktree/g)?.length, 2);
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

contract("is sent back by the hook when it has committed nothing, once", async () => {
  await using model = await bench(() => [text("All done!"), text("Nothing is to be done.")], {
    end: "guarded",
  });
  const { outcome } = await model.attempt();
  assertEquals(outcome.detail, "Nothing is to be done.");
  const heard = model.api.requests.at(-1)?.userText ?? "";
  assertMatch(heard, /Nothing has been committed on this branch since you began/);
  assertEquals(model.api.requests.length, 2);
});

contract("may write what the hook allows, though no rule of its own does", async () => {
  const scratch = join(Deno.env.get("TMPDIR") || "/tmp", `parex-${crypto.randomUUID()}.txt`);
  await using model = await bench(() => [
    tool("Write", { file_path: scratch, content: "x\n" }),
    commit,
    text("Done."),
  ], { end: "guarded" });
  await model.attempt();
  assertEquals(await Deno.readTextFile(scratch), "x\n");
  await Deno.remove(scratch);
});

contract("hands the hook's words on a prompt and a start to the model", async () => {
  const files = planFiles({ a: {}, b: { after: ["a"] } }, "Two things");
  await using repo = await tempRepo({ files });
  await using home = await tempFolder();
  await using api = serveModels({});
  const hooks = [{ hooks: [{ type: "command", command: selfCommand("hook"), timeout: 60 }] }];
  const settings = JSON.stringify({ hooks: { SessionStart: hooks, UserPromptSubmit: hooks } });
  const prompt = "Task: a\n\nWork on these tasks in parallel.";
  const { code } = await new Deno.Command(findClaude() ?? "", {
    args: ["--print", "--settings", settings, prompt],
    cwd: repo.root,
    clearEnv: true,
    env: testEnv(claudeEnv(api, home.path)),
    stdin: "null",
  }).output();
  assertEquals(code, 0);
  const asked = JSON.stringify(api.requests[0]?.messages);
  assertMatch(asked, /Plan found: .{0,4}Two things.*2 to do, 1 ready to start now/);
  assertMatch(asked, /A plan for parex is ready here/);
});
