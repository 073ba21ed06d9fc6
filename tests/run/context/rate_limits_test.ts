import { Admission } from "../../../src/run/context/rate_limits.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const NEVER = new AbortController().signal;
const HOUR = 3_600_000;

/** Whether a promise has settled. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => settled = true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  return settled;
}

Deno.test("one attempt goes ahead, and the others follow when its answer has begun", async () => {
  const admission = new Admission();
  const first = await admission.follow("claude", NEVER);
  const others = [admission.follow("claude", NEVER), admission.follow("claude", NEVER)];
  assertEquals(await isSettled(Promise.race(others)), false);
  assertEquals(await isSettled(admission.follow("codex", NEVER)), true);
  first.answered();
  await Promise.all(others);
  await admission.follow("claude", NEVER);
});

Deno.test("if the attempt ahead ends without an answer, one other goes ahead", async () => {
  const admission = new Admission();
  const first = await admission.follow("claude", NEVER);
  const second = admission.follow("claude", NEVER);
  const third = admission.follow("claude", NEVER);
  first.over();
  (await second).answered();
  await third;
});

Deno.test("follow() gives up with the signal", async () => {
  const admission = new Admission();
  await admission.follow("claude", NEVER);
  const abort = new AbortController();
  const waiting = admission.follow("claude", abort.signal);
  assertEquals(await isSettled(waiting), false);
  abort.abort();
  await waiting;
});

Deno.test("a limit holds until its end, for its agent alone, and the longest one counts", () => {
  const admission = new Admission();
  const now = Date.now();
  assertEquals(admission.close("claude", { until: now + HOUR, why: "week" }).news, true);
  const again = admission.close("claude", { until: now + HOUR / 2, why: "day" });
  assertEquals([again.news, again.why], [false, "week"]);
  assertEquals(admission.limitOf("claude")?.until, now + HOUR);
  assertEquals(admission.limitOf("codex"), undefined);
  admission.close("codex", { until: now - 1, why: "over" });
  assertEquals(admission.limitOf("codex"), undefined);
});

Deno.test("the end of a limit without one is guessed once for all attempts that meet it", async () => {
  const admission = new Admission();
  (await admission.follow("claude", NEVER)).answered();
  const guessed = admission.guess("claude", "429");
  assert(guessed.news && guessed.until > Date.now() + 10_000);
  assertEquals(admission.guess("claude", "429"), { until: guessed.until, why: "429", news: false });
  // After the limit, one attempt finds out for all.
  await admission.follow("claude", NEVER);
  assertEquals(await isSettled(admission.follow("claude", AbortSignal.abort())), true);
});
