import { join } from "node:path";
import type { HookEvent } from "../../src/hook/event.ts";
import { reasonToContinue, recordStart } from "../../src/hook/stop.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { type Guarded, guarded } from "./guarded.ts";

function stop(
  place: Guarded,
  event: Partial<HookEvent<"Stop">> = {},
  env: Record<string, string> = {},
): Promise<string | undefined> {
  const full = { sentBack: false, lastMessage: "Done.", background: [], ...event };
  return reasonToContinue({ name: "Stop", cwd: place.worktree, ...full }, { ...place.env, ...env });
}

async function commitFile(place: Guarded, path = "new.txt"): Promise<void> {
  await Deno.writeTextFile(join(place.worktree, path), "new\n");
  await place.git(["add", "-A"], place.worktree);
  await place.git(["commit", "-qm", "feat: add it"], place.worktree);
}

Deno.test("reasonToContinue() lets an agent end that has committed everything", async () => {
  await using place = await guarded();
  await recordStart(place.env);
  await commitFile(place);
  assertEquals(await stop(place), undefined);
});

Deno.test("reasonToContinue() names what is not committed", async () => {
  await using place = await guarded();
  await recordStart(place.env);
  await commitFile(place);
  for (let n = 0; n < 10; n++) await Deno.writeTextFile(join(place.worktree, `é ${n}`), "");
  await Deno.mkdir(join(place.worktree, ".parallel/x"), { recursive: true });
  await Deno.writeTextFile(join(place.worktree, ".parallel/x/y"), "");
  assertMatch(await stop(place) ?? "", /not committed: é 0, .*, é 7 and 2 more\./);
});

Deno.test("reasonToContinue() sends an agent back once if it has committed nothing in the attempt", async () => {
  await using place = await guarded();
  await commitFile(place);
  await recordStart(place.env);
  assertMatch(await stop(place) ?? "", /Nothing has been committed/);
  assertEquals(await stop(place, { sentBack: true }), undefined);
});

Deno.test("reasonToContinue() sends an agent back twice in each attempt", async () => {
  await using place = await guarded();
  await recordStart(place.env);
  await Deno.writeTextFile(join(place.worktree, "left.txt"), "");
  assert(await stop(place) !== undefined);
  await recordStart(place.env); // its conversation was made shorter
  assert(await stop(place, { sentBack: true }) !== undefined);
  assertEquals(await stop(place, { sentBack: true }), undefined);
  assertEquals(await stop(place), undefined);
  assert(await stop(place, {}, { PAREX_ATTEMPT: "2" }) !== undefined);
});

Deno.test("reasonToContinue() waits for what runs in the background", async () => {
  await using place = await guarded();
  await recordStart(place.env);
  await commitFile(place);
  assertMatch(await stop(place, { background: ["npm test"] }) ?? "", /background: npm test\./);
});

Deno.test("reasonToContinue() lets an agent end with a question", async () => {
  await using place = await guarded();
  await recordStart(place.env);
  await Deno.writeTextFile(join(place.worktree, "half.txt"), "");
  assertEquals(await stop(place, { lastMessage: "I stopped.\nQUESTION: Which one?" }), undefined);
});

Deno.test("reasonToContinue() returns nothing without a repository", async () => {
  await using place = await guarded();
  for (const PAREX_WORKTREE of [place.outside, join(place.outside, "gone"), "relative"]) {
    assertEquals(await stop(place, {}, { PAREX_WORKTREE }), undefined);
  }
});
