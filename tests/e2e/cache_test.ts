/** Agents of the real Claude CLI that share the prompt cache. */
import { join } from "node:path";
import { assert, assertEquals } from "../support/assert.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { text, tool } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { eventsOf, rig } from "../support/rig.ts";

const claude = findClaude();

Deno.test({
  name: "tasks begin with the same bytes, and the first is answered before the others start",
  ...needs("the Claude CLI", claude),
  fn: async () => {
    const ids = ["a", "b", "c"];
    await using stage = await rig({ tasks: { a: { priority: "high" }, b: {}, c: {} } });
    const turns = (id: string) => [
      tool("Write", { file_path: join(stage.worktree(id), `${id}.txt`), content: "done\n" }),
      text("Done."),
    ];
    await using api = serveModels(Object.fromEntries(ids.map((id) => [id, turns(id)])));
    const home = join(stage.home, "home");
    await Deno.mkdir(home);
    const env = { ...claudeEnv(api, home), PAREX_CLAUDE: claude ?? "", PAREX_AGENT: "claude" };
    const { code, stderr } = await stage.parex(["execute", "--jobs", "3"], { env });
    assertEquals(code, 0, stderr);

    const firsts = ids.map((id) => api.requests.find(({ task }) => task === id));
    assertEquals(firsts[1]?.beginning, firsts[0]?.beginning);
    assertEquals(firsts[2]?.beginning, firsts[0]?.beginning);
    assert((firsts[0]?.beginning.length ?? 0) > 1000);

    const journal = await stage.journal();
    const answered = eventsOf(journal, "agent.activity")[0];
    const others = eventsOf(journal, "agent.started").filter(({ task }) => task !== "a");
    assert(others.every(({ seq }) => seq > (answered?.seq ?? Infinity)));
  },
});
