import { RateLimits } from "../../../src/run/context/rate_limits.ts";
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
  const rateLimits = new RateLimits();
  const first = await rateLimits.follow("claude", NEVER);
  const others = [rateLimits.follow("claude", NEVER), rateLimits.follow("claude", NEVER)];
  assertEquals(await isSettled(Promise.race(others)), false);
  assertEquals(await isSettled(rateLimits.follow("codex", NEVER)), true);
  first.answered();
  await Promise.all(others);
  await rateLimits.follow("claude", NEVER);
});

Deno.test("if the attempt ahead ends without an answer, one other goes ahead", async () => {
  const rateLimits = new RateLimits();
  const first = await rateLimits.follow("claude", NEVER);
  const second = rateLimits.follow("claude", NEVER);
  const third = rateLimits.follow("claude", NEVER);
  first.over();
  (await second).answered();
  await third;
});

Deno.test("follow() gives up with the signal", async () => {
  const rateLimits = new RateLimits();
  await rateLimits.follow("claude", NEVER);
  const abort = new AbortController();
  const waiting = rateLimits.follow("claude", abort.signal);
  assertEquals(await isSettled(waiting), false);
  abort.abort();
  await waiting;
});

Deno.test("a limit holds until its end, for its agent alone, and the longest one counts", () => {
  const rateLimits = new RateLimits();
  const now = Date.now();
  assertEquals(rateLimits.close("claude", { until: now + HOUR, why: "week" }).news, true);
  const again = rateLimits.close("claude", { until: now + HOUR / 2, why: "day" });
  assertEquals([again.news, again.why], [false, "week"]);
  assertEquals(rateLimits.limitOf("claude")?.until, now + HOUR);
  assertEquals(rateLimits.limitOf("codex"), undefined);
  rateLimits.close("codex", { until: now - 1, why: "over" });
  assertEquals(rateLimits.limitOf("codex"), undefined);
});

Deno.test("the end of a limit without one is guessed once for all attempts that meet it", async () => {
  const rateLimits = new RateLimits();
  (await rateLimits.follow("claude", NEVER)).answered();
  const guessed = rateLimits.guess("claude", "429");
  assert(guessed.news && guessed.until > Date.now() + 10_000);
  assertEquals(rateLimits.guess("claude", "429"), {
    until: guessed.until,
    why: "429",
    news: false,
  });
  // After the limit, one attempt finds out for all.
  await rateLimits.follow("claude", NEVER);
  assertEquals(await isSettled(rateLimits.follow("claude", AbortSignal.abort())), true);
});

Deno.test("guesses are counted until the agent has answered again", async () => {
  const rateLimits = new RateLimits();
  const over = { until: 0, why: "429" };
  for (let times = 1; times <= 3; times++) {
    rateLimits.guess("claude", "429");
    assertEquals(rateLimits.guesses("claude"), times);
    // The time has come.
    Object.assign(rateLimits.limitOf("claude") ?? {}, over);
    (await rateLimits.follow("claude", NEVER)).over();
  }
  (await rateLimits.follow("claude", NEVER)).answered();
  rateLimits.guess("claude", "429");
  assertEquals(rateLimits.guesses("claude"), 1);
});
