import { type Clock, countdown } from "../../src/util/countdown.ts";
import { assertEquals } from "../support/assert.ts";

/** A clock that goes on only where a test says so, to which a stop is one great step. */
function clockByHand(): Clock & { pass(ms: number): void; stopFor(ms: number): void } {
  let now = 0;
  let last = 0;
  const timers = new Map<number, { at: number; callback: () => void }>();
  const pass = (ms: number) => {
    for (const end = now + ms;;) {
      const [next] = [...timers].sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > end) {
        now = end;
        return;
      }
      const [timer, { at, callback }] = next;
      timers.delete(timer);
      now = Math.max(now, at);
      callback();
    }
  };
  return {
    now: () => now,
    after: (ms, callback) => {
      const timer = ++last;
      timers.set(timer, { at: now + ms, callback });
      return () => void timers.delete(timer);
    },
    pass,
    stopFor: (ms) => {
      now += ms;
      pass(0);
    },
  };
}

function watched(ms: number) {
  const clock = clockByHand();
  let calls = 0;
  const left = countdown(ms, () => calls++, clock);
  return { clock, left, calls: () => calls };
}

Deno.test("a countdown calls back once when its time is over", () => {
  const { clock, calls } = watched(2_500);
  clock.pass(2_499);
  assertEquals(calls(), 0);
  clock.pass(1);
  assertEquals(calls(), 1);
  clock.pass(60_000);
  assertEquals(calls(), 1);
});

Deno.test("a countdown that is restarted in time, or stopped, does not call back", () => {
  const { clock, left, calls } = watched(2_500);
  for (let turn = 0; turn < 10; turn++) {
    clock.pass(2_400);
    left.restart();
  }
  assertEquals(calls(), 0);
  left.stop();
  clock.pass(60_000);
  assertEquals(calls(), 0);
});

Deno.test("a countdown does not count the time in which the process was stopped", () => {
  const { clock, calls } = watched(4_000);
  clock.pass(500);
  clock.stopFor(3_600_000);
  assertEquals(calls(), 0);
  // Of the stop one step counts, and as much delay as a timer may have.
  clock.pass(1_900);
  assertEquals(calls(), 0);
  clock.pass(200);
  assertEquals(calls(), 1);
});
