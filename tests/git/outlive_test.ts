/** What git does to a worktree when parex is killed during a merge. */
import { join } from "node:path";
import { exists } from "../../src/util/files.ts";
import { assert, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { tempRepo } from "../support/repo.ts";
import { gateAt } from "../support/gate.ts";
import { until } from "../support/until.ts";

const ROOT = new URL("../../", import.meta.url).href;

Deno.test("a merge that conflicts is left in progress, not interrupted, when parex is killed", async () => {
  await using temp = await tempRepo({
    files: { "a.txt": "base\n", ".gitattributes": "a.txt merge=slow\n" },
  });
  // git reports the conflict only after parex is gone.
  await using driver = await gateAt(join(temp.root, "../driver"));
  await temp.git(["config", "merge.slow.driver", `${driver.wait.trim()}; git merge-file %A %O %B`]);
  await temp.git(["checkout", "-qb", "other"]);
  await temp.write({ "a.txt": "theirs\n" });
  await temp.git(["commit", "-qam", "theirs"]);
  await temp.git(["checkout", "-q", "main"]);
  await temp.write({ "a.txt": "ours\n" });
  await temp.git(["commit", "-qam", "ours"]);
  const program = `import { Git } from "${ROOT}src/git/git.ts";
    console.log("begun");
    await new Git(${
    JSON.stringify(temp.root)
  }).result(["merge", "--quiet", "--no-ff", "--no-edit", "other"]);`;
  const parex = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-check",
      "--config",
      new URL("deno.json", ROOT).pathname,
      "-",
    ],
    clearEnv: true,
    env: testEnv(),
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const writer = parex.stdin.getWriter();
  await writer.write(new TextEncoder().encode(program));
  await writer.close();
  const half = join(temp.root, ".git/MERGE_HEAD");
  await driver.reached();
  parex.kill("SIGKILL");
  await parex.status;
  assert(!exists(half), "git was done before parex was killed");
  await driver.open();
  await until("git has stopped at the conflict", () => exists(half));
  assertMatch(await temp.git(["status", "--porcelain"]), /^(UU|AA) a\.txt$/m);
});
