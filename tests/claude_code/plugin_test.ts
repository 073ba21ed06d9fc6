/** The plugin of this repository, as the real Claude CLI takes it. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { settingsEntries, valueOf } from "../../src/claude_code/settings_entries.ts";
import { SLASH_COMMAND } from "../../src/claude_code/slash_command.ts";
import { VERSION } from "../../src/domain/names.ts";
import { shellWord } from "../../src/exec/quote.ts";
import { assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { text } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { parexArgv } from "../support/parex.ts";
import { planFiles } from "../support/plan_files.ts";
import { tempRepo, writeFiles } from "../support/repo.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const claude = findClaude();

const read = (path: string) => Deno.readTextFile(join(ROOT, "claude-plugin", path));

Deno.test("the plugin brings the hooks and the command that parex init brings", async () => {
  assertEquals(await read("commands/parex.md"), SLASH_COMMAND);
  const hooks = settingsEntries("parex hook").filter((wish) => wish.kind === "hook");
  const expected = Object.fromEntries(hooks.map((wish) => [wish.event, [valueOf(wish)]]));
  assertEquals(JSON.parse(await read("hooks/hooks.json")).hooks, expected);
  assertEquals(JSON.parse(await read(".claude-plugin/plugin.json")).version, VERSION);
});

Deno.test({
  name: "claude CLI: installs the plugin from this repository, and its hooks answer",
  ...needs("the Claude CLI", claude),
  fn: async () => {
    await using repo = await tempRepo({ files: planFiles({ a: {}, b: {} }) });
    await using api = serveModels({ chat: [text("Yes.")] });
    const home = join(repo.root, ".git/home");
    const parex = parexArgv([]).map(shellWord).join(" ");
    await writeFiles(home, { "bin/parex": `#!/bin/sh\nexec ${parex} "$@"\n` });
    await Deno.chmod(join(home, "bin/parex"), 0o755);
    const own = claudeEnv(api, home);
    const env = testEnv({ ...own, PATH: `${home}/bin:${testEnv().PATH}` });
    const call = async (...args: string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(claude ?? "", {
        args,
        cwd: repo.root,
        clearEnv: true,
        env,
        stdin: "null",
      }).output();
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assertEquals(code, 0, said);
      return said;
    };
    await call("plugin", "validate", ROOT);
    await call("plugin", "marketplace", "add", ROOT);
    await call("plugin", "install", "parex@parex");
    assertMatch(await call("plugin", "list"), /parex@parex/);
    await call("-p", "work on these tasks in parallel\n\nTask: chat");
    const heard = JSON.stringify(api.requests.at(-1)?.messages);
    assertMatch(heard, /Plan found: \\+"Sample\\+"/);
  },
});
