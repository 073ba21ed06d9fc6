/** Runs that meet a usage limit. */
import { join } from "node:path";
import { exists } from "../../src/util/files.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { clockIn, ownClock } from "../support/clock.ts";
import { eventsOf, type Rig, rig } from "../support/rig.ts";
import { scriptedClaude, WITH_CLAUDE } from "../support/scripted_claude.ts";

function tasks(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, {}]));
}

const HOUR = 3_600_000;

/** Takes five calls, then refuses all until an hour has gone by. */
function refusesAfterFive(reset: number): string {
  return `
if [ "$n" -gt 5 ] && [ ! -e "$NOTES/over" ]; then
  echo "$PAREX_TASK_ID" >> "$NOTES/refused"
  refuse ${reset}
fi
answer
work
result success 0.01 Done.
`;
}

async function linesOf(stage: Rig, note: string): Promise<string[]> {
  return (await stage.note(note) ?? "").split("\n").filter((line) => line !== "");
}

Deno.test("of twenty tasks only the running attempts meet a usage limit", async () => {
  await using stage = await rig({ tasks: tasks(20) });
  const reset = Math.ceil(Date.now() / 1000) + HOUR / 1000;
  using _ = await scriptedClaude(stage, refusesAfterFive(reset));
  using clock = ownClock();
  let [atWork, parked, started, startedBefore] = [0, false, 0, 0];
  const { code, events, record } = await stage.execute({ ...WITH_CLAUDE, jobs: 4 }, ({ type }) => {
    if (type === "agent.started") [atWork, started] = [atWork + 1, started + 1];
    if (type === "agent.finished") atWork--;
    if (type === "run.parked" && !parked) [parked, startedBefore] = [true, started];
    if (!parked || atWork > 0 || exists(join(stage.home, "notes/over"))) return;
    // The attempts beside the refused one may still have been about to start.
    assert(started <= startedBefore + 3, "nobody else is started while the limit lasts");
    Deno.writeTextFileSync(join(stage.home, "notes/over"), "");
    clock.ahead(HOUR);
  });
  assertEquals(code, 0);
  const refused = await linesOf(stage, "refused");
  assert(refused.length >= 1 && refused.length <= 4, refused.join(" "));

  const untilOf = eventsOf(events, "run.parked").map(({ until }) => Date.parse(until));
  assertEquals(new Set(untilOf), new Set([reset * 1000]));

  const attempts = [...record.tasks.values()].map((task) => task.attempts);
  assert(attempts.flat().every(({ attempt }) => attempt === 1));
  const limited = attempts.filter((all) => all.some(({ outcome }) => outcome === "limited"));
  assertEquals(limited.length, refused.length);
  for (const [first, second] of limited) assertEquals(first?.session, second?.session);
});

Deno.test("a limit of unknown length is tried by one attempt for all tasks", async () => {
  await using stage = await rig({ tasks: tasks(3) });
  using _ = await scriptedClaude(stage, `echo "$PAREX_TASK_ID" >> "$NOTES/refused"; refuse`);
  const { promise: parked, resolve } = Promise.withResolvers<void>();
  const execution = await stage.begin({ ...WITH_CLAUDE, jobs: 3 }, ({ type }) => {
    if (type === "run.parked") resolve();
  });
  await parked;
  execution.interrupt();
  await execution.done;
  assertEquals((await linesOf(stage, "refused")).length, 1);
});

Deno.test("with a wrong clock, an agent does not hit the same limit repeatedly", async () => {
  await using stage = await rig({ tasks: tasks(1) });
  using _ = await scriptedClaude(stage, "refuse $(($(date +%s) - 60))");
  const { promise: enough, resolve } = Promise.withResolvers<void>();
  let starts = 0;
  const execution = await stage.begin(WITH_CLAUDE, ({ type }) => {
    if (type === "agent.started") starts++;
    if (type === "run.parked" || starts > 3) resolve();
  });
  await enough;
  execution.interrupt();
  await execution.done;
  assertEquals(starts, 1);
});

const REFUSES_ONCE = `
answer
[ "$n" -gt 1 ] || refuse $(($(date +%s) + 3600))
work
result success 0.01 Done.
`;

Deno.test("with --no-wait a run ends at a limit, and resume continues the conversation", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  using _ = await scriptedClaude(stage, REFUSES_ONCE);
  const flags = ["--agent", "claude", "--jobs", "1"];
  const ended = await stage.parex(["execute", "--no-wait", ...flags]);
  assertEquals(ended.code, 1, ended.stderr);
  assertMatch(ended.stdout, /usage limit that resets at [^]*parex resume/);
  assertEquals(await stage.statuses(), { a: "pending", b: "pending" });

  const clock = clockIn(stage.home);
  await clock.ahead(HOUR);
  const resumed = await stage.parex(["resume", "--wait"], clock.options);
  assertEquals(resumed.code, 0, resumed.stderr);
  const attempts = eventsOf(await stage.journal(), "agent.finished");
  assertEquals(attempts.map(({ task, attempt, outcome }) => `${task} ${attempt} ${outcome}`), [
    "a 1 limited",
    "a 1 finished",
    "b 1 finished",
  ]);
  assertEquals(attempts[0]?.session, attempts[1]?.session);
});

Deno.test("a task continues with the next agent while its own has no quota", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    config: "agents: [command]\n",
  });
  using _ = await scriptedClaude(stage, `refuse $(($(date +%s) + 3600))`);
  const { code, events } = await stage.execute({ ...WITH_CLAUDE, jobs: 1 });
  assertEquals(code, 0);
  const started = eventsOf(events, "agent.started").map(({ task, agent }) => `${task} ${agent}`);
  assertEquals(started, ["a claude", "a command", "b command"]);
  assertEquals(eventsOf(events, "run.parked"), []);
});
