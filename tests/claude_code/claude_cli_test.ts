/**
 * The real Claude CLI in a repository that was set up: what its model hears, and what it keeps.
 */
import { join } from "node:path";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { text } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { parex } from "../support/parex.ts";
import { planFiles } from "../support/plan_files.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { fenced, planText, taskText } from "./conversation.ts";

const claude = findClaude();
const realClaude = needs("the Claude CLI", claude);

/** `claude -p <prompt>` in a repository, with a model that says this. */
async function converse(repo: TempRepo, prompt: string, reply: string) {
  const home = join(repo.root, ".git/home");
  await Deno.mkdir(home, { recursive: true });
  await using api = serveModels({ chat: [text(reply)] });
  const env = claudeEnv(api, home);
  // The scripts of the model go by a line such as a task's prompt has.
  const { code, stderr } = await new Deno.Command(claude ?? "", {
    args: ["-p", `${prompt}\n\nTask: chat`],
    cwd: repo.root,
    clearEnv: true,
    env: testEnv(env),
    stdin: "null",
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  // What hooks add comes as a message of the system, beside those of the user.
  const messages = api.requests.at(-1)?.messages ?? [];
  return { env, heard: messages.map(({ content }) => JSON.stringify(content)).join("\n") };
}

Deno.test({
  name: "claude CLI: gets parex's hint for parallel work after parex init",
  ...realClaude,
  fn: async () => {
    await using repo = await tempRepo({ files: planFiles({ a: {}, b: {} }) });
    const prompt = "work on these tasks in parallel";
    assertEquals((await converse(repo, prompt, "Yes.")).heard.includes("Plan found"), false);
    await parex(["init", "--yes"], { cwd: repo.root });
    const { heard } = await converse(repo, prompt, "Yes.");
    assertMatch(heard, /Plan found: \\"Sample\\" \(\.parallel\/plans\/plan\.yaml\), 2 tasks/);
    assertMatch(heard, /parex execute/);
  },
});

Deno.test({
  name: "claude CLI: a plan that it made is extracted from the transcript that it keeps",
  ...realClaude,
  fn: async () => {
    await using repo = await tempRepo({ name: "My repo.v2" });
    const plan = `${fenced("yaml", planText(["a"]))}\n### Task a\n\n${taskText("a")}`;
    const { env } = await converse(repo, "Plan this.", plan);
    const { code, stdout, stderr } = await parex(["extract"], { cwd: repo.root, env });
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^\.parallel\/plans\/plan\.yaml: Sample {2}1 task/);
    assertEquals(await repo.read(".parallel/plans/tasks/a.md"), taskText("a"));
  },
});
