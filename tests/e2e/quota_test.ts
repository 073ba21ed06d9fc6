/** Runs that meet a usage limit. */
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { eventsOf, type Rig, rig } from "../support/rig.ts";
import { scriptedClaude, WITH_CLAUDE } from "../support/scripted_claude.ts";

function tasks(count: number) {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`t${at}`, {}]));
}

/** Takes five calls, then refuses all for some seconds from the first refusal. */
const REFUSES_AFTER_FIVE = `
if [ "$n" -gt 5 ]; then
  (set -C; echo $(($(date +%s) + 4)) > "$NOTES/reset") 2> /dev/null
  reset=$(cat "$NOTES/reset")
  if [ "$(date +%s)" -lt "$reset" ]; then
    echo "$PAREX_TASK_ID" >> "$NOTES/refused"
    refuse "$reset"
  fi
fi
answer
work
result success 0.01 Done.
`;

async function linesOf(stage: Rig, note: string): Promise<string[]> {
  return (await stage.note(note) ?? "").split("\n").filter((line) => line !== "");
}

Deno.test("twenty tasks meet a usage limit with as many attempts as are at work, and no more", async () => {
  await using stage = await rig({ tasks: tasks(20) });
  using _ = await scriptedClaude(stage, REFUSES_AFTER_FIVE);
  const { code, events, record } = await stage.execute({ ...WITH_CLAUDE, jobs: 4 });
  assertEquals(code, 0);
  const refused = await linesOf(stage, "refused");
  assert(refused.length >= 1 && refused.length <= 4, refused.join(" "));

  const reset = Number(await stage.note("reset")) * 1000;
  const parked = events.findIndex(({ type }) => type === "run.parked");
  const untilOf = eventsOf(events, "run.parked").map(({ until }) => Date.parse(until));
  assertEquals(new Set(untilOf), new Set([reset]));
  const after = eventsOf(events.slice(parked), "agent.started");
  assertEquals(after.filter(({ at }) => Date.parse(at) < reset), []);

  const attempts = [...record.tasks.values()].map((task) => task.attempts);
  assert(attempts.flat().every(({ attempt }) => attempt === 1));
  const limited = attempts.filter((all) => all.some(({ outcome }) => outcome === "limited"));
  assertEquals(limited.length, refused.length);
  for (const [first, second] of limited) assertEquals(first?.session, second?.session);
});

Deno.test("a limit of which nobody says how long it lasts is looked at by one attempt for all", async () => {
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

Deno.test("a limit that should be over by a clock that is wrong is not run into again and again", async () => {
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
[ "$n" -gt 1 ] || refuse $(($(date +%s) + 4))
work
result success 0.01 Done.
`;

Deno.test("a run that is not to wait ends at a limit, and resume goes on with its conversation", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {} } });
  using _ = await scriptedClaude(stage, REFUSES_ONCE);
  const flags = ["--agent", "claude", "--jobs", "1"];
  const ended = await stage.parex(["execute", "--no-wait", ...flags]);
  assertEquals(ended.code, 1, ended.stderr);
  assertMatch(ended.stdout, /usage limit that lasts until [^]*parex resume/);
  assertEquals(await stage.statuses(), { a: "pending", b: "pending" });

  const resumed = await stage.parex(["resume", "--wait"]);
  assertEquals(resumed.code, 0, resumed.stderr);
  const attempts = eventsOf(await stage.journal(), "agent.finished");
  assertEquals(attempts.map(({ task, attempt, outcome }) => `${task} ${attempt} ${outcome}`), [
    "a 1 limited",
    "a 1 finished",
    "b 1 finished",
  ]);
  assertEquals(attempts[0]?.session, attempts[1]?.session);
});

Deno.test("a task goes on with the next agent while its own is out of quota", async () => {
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
