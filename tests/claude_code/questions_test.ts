/**
 * How the real Claude CLI asks a person without a terminal: what docs/decisions/0008-questions.md
 * rests on.
 */
import { join } from "node:path";
import { contract } from "../agent/claude_bench.ts";
import { tempFolder } from "../agent/rig.ts";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { text, tool } from "../support/models/script.ts";
import { type ModelServer, serveModels } from "../support/models/server.ts";

const asked = {
  questions: [{
    question: "Which database?",
    header: "Database",
    multiSelect: false,
    options: [{ label: "Postgres", description: "a server" }, {
      label: "SQLite",
      description: "a file",
    }],
  }],
};
const ask = tool("AskUserQuestion", asked);
/** `--help` does not list it. */
const FOR_PROGRAMS = "--permission-prompt-tool=stdio";

interface Result {
  terminal_reason?: string;
  deferred_tool_use?: { name: string; input: unknown };
}

/** `claude --print` whose every tool call the hook decides; its results in their order. */
async function converse(folder: string, api: ModelServer, decision: object, args: string[]) {
  const answer = { hookSpecificOutput: { hookEventName: "PreToolUse", ...decision } };
  await Deno.writeTextFile(join(folder, "answer.json"), JSON.stringify(answer));
  const hooks = [{ hooks: [{ type: "command", command: `cat "${folder}/answer.json"` }] }];
  const { code, stdout } = await new Deno.Command(findClaude() ?? "", {
    args: [
      ...["--print", "--output-format=stream-json", "--verbose", "--permission-mode=dontAsk"],
      ...[
        "--tools=Bash,AskUserQuestion",
        `--settings=${
          JSON.stringify({
            hooks: { PreToolUse: hooks },
          })
        }`,
      ],
      ...args,
      "Task: a",
    ],
    cwd: folder,
    env: claudeEnv(api, folder),
    stdin: "null",
  }).output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line))
    .filter(({ type }) => type === "result") as Result[];
}

contract("has no AskUserQuestion without a terminal, whoever names it", async () => {
  await using folder = await tempFolder();
  await using api = serveModels({ a: [ask, text("Done.")] });
  await converse(folder.path, api, { permissionDecision: "defer" }, []);
  // Newer versions name a tool that stands for those that are not offered.
  const offered = api.requests[0]?.tools.filter((name) => name !== "DeferredToolPlaceholder");
  assertEquals(offered, ["Bash"]);
  assertMatch(
    api.requests[1]?.userText ?? "",
    /AskUserQuestion (exists but is not enabled|is disabled)/,
  );
});

contract(
  "ends with a call that a hook defers, asks it again when resumed, and runs it then",
  async () => {
    await using folder = await tempFolder();
    await using api = serveModels({
      a: [tool("Bash", { command: "echo ran > ran.txt" }), text("Done.")],
    });
    const ran = () => [...Deno.readDirSync(folder.path)].some(({ name }) => name === "ran.txt");
    const id = crypto.randomUUID();
    const defer = { permissionDecision: "defer" };
    const [ended] = await converse(folder.path, api, defer, [`--session-id=${id}`]);
    assertEquals([ended?.terminal_reason, ended?.deferred_tool_use?.name], [
      "tool_deferred",
      "Bash",
    ]);
    assertEquals([api.requests.length, ran()], [1, false]);
    await converse(folder.path, api, { permissionDecision: "allow" }, [`--resume=${id}`]);
    assertEquals(ran(), true);
  },
);

contract(
  "asks a program's person, and takes the answer from the hook that had deferred it",
  async () => {
    await using folder = await tempFolder();
    await using api = serveModels({ a: [ask, text("SQLite it is."), text("Done.")] });
    const id = crypto.randomUUID();
    const defer = { permissionDecision: "defer" };
    const first = [FOR_PROGRAMS, `--session-id=${id}`];
    const [ended] = await converse(folder.path, api, defer, first);
    assertEquals(ended?.deferred_tool_use?.name, "AskUserQuestion");
    const answered = { ...asked, answers: { "Which database?": "SQLite" } };
    const results = await converse(
      folder.path,
      api,
      { permissionDecision: "allow", updatedInput: answered },
      [FOR_PROGRAMS, `--resume=${id}`],
    );
    assertMatch(api.requests.at(-1)?.userText ?? "", /"Which database\?"="SQLite"/);
    // The answer is a turn of its own; what the call was resumed with comes after its end.
    assertEquals(results.length, 2);
  },
);
