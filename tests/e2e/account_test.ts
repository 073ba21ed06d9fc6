/** Runs that end because of the account: no task is to blame. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { writeFiles } from "../support/repo.ts";
import { eventsOf, rig } from "../support/rig.ts";
import { scriptedClaude } from "../support/scripted_claude.ts";

const EIGHT = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`t${at}`, {}]));
const WORKS = "answer; work; result success 0.01 Done.";

Deno.test("Claude without a login ends the run before anything is started", async () => {
  await using stage = await rig({ tasks: EIGHT });
  using _ = await scriptedClaude(stage, WORKS);
  await writeFiles(stage.home, { "notes/auth": '{"loggedIn": false}' });
  const { code, stderr } = await stage.parex(["execute", "--agent", "claude"]);
  assertEquals(code, 3, stderr);
  assertMatch(stderr, /claude is not logged in\nnext: log in/);
  assertEquals(await stage.left(), []);
  assertEquals(await stage.note("call.1/args"), undefined);
});

Deno.test("a rejected key ends the run at once, and resume repeats the attempts", async () => {
  await using stage = await rig({ tasks: EIGHT });
  const denied = 'deny authentication_failed "Invalid API key"';
  using _ = await scriptedClaude(stage, `[ -e "$NOTES/paid" ] || ${denied}\n${WORKS}`);
  const ended = await stage.parex(["execute", "--agent", "claude", "--jobs", "2"]);
  assertEquals(ended.code, 3, ended.stderr);
  assertMatch(ended.stdout, /Stopped\n {2}the API rejected claude's key/);
  assertEquals(new Set(Object.values(await stage.statuses())), new Set(["pending"]));
  assert(eventsOf(await stage.journal(), "agent.started").length <= 2);
  const status = await stage.parex(["status"]);
  assertMatch(status.stdout, /stopped: the API rejected claude's key[^]*parex resume/);

  await Deno.writeTextFile(join(stage.home, "notes/paid"), "");
  const resumed = await stage.parex(["resume"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  const finished = eventsOf(await stage.journal(), "agent.finished");
  assert(finished.every(({ attempt }) => attempt === 1));
});
