import { pauseAfter } from "../../src/github/backoff.ts";
import { readReply, type Reply } from "../../src/github/reply.ts";
import { assert, assertEquals } from "../support/assert.ts";

const NOW = Date.UTC(2026, 10, 22);

function reply(over: Partial<Reply> & { header?: Record<string, string> }): Reply {
  const { header = {}, ...rest } = over;
  const headers = new Map(Object.entries(header));
  return { ok: false, headers, body: "", detail: "", loggedOut: false, ...rest };
}

function pause(given: Parameters<typeof reply>[0], failures = 1, repeatable = false) {
  return pauseAfter(reply(given), failures, { repeatable, now: NOW, random: 0 });
}

Deno.test("pauseAfter() waits a minute, then twice as long, where GitHub names no time", () => {
  const limited = { status: 403, body: "You have exceeded a secondary rate limit" };
  assertEquals([1, 2, 3].map((failures) => pause(limited, failures)), [60_000, 120_000, 240_000]);
});

Deno.test("pauseAfter() waits for as long as GitHub says", () => {
  assertEquals(pause({ status: 429, header: { "retry-after": "5" } }, 4), 5_000);
  const reset = String(NOW / 1000 + 90);
  const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };
  assertEquals(pause({ status: 403, header: spent }), 90_000);
});

Deno.test("pauseAfter() waits for no limit that lasts longer than a person would", () => {
  assertEquals(pause({ status: 429, header: { "retry-after": "3600" } }), undefined);
});

Deno.test("pauseAfter() takes other refusals as final", () => {
  assertEquals(pause({ status: 403, body: "Resource not accessible" }, 1, true), undefined);
  assertEquals(pause({ status: 422 }, 1, true), undefined);
  assertEquals(pause({ loggedOut: true }, 1, true), undefined);
});

Deno.test("pauseAfter() repeats after a fault only what may be carried out twice", () => {
  assertEquals(pause({ status: 502 }), undefined);
  assertEquals(pause({}), undefined);
  assertEquals([1, 2, 3].map((failures) => pause({ status: 502 }, failures, true)), [
    1000,
    2000,
    4000,
  ]);
});

Deno.test("pauseAfter() spreads out what comes again, and never comes early", () => {
  const options = { repeatable: true, now: NOW, random: 1 };
  assertEquals(pauseAfter(reply({ status: 502 }), 1, options), 1250);
});

Deno.test("readReply() reads status, headers and errors of what gh prints", () => {
  const stdout = "HTTP/2.0 422 Unprocessable Entity\r\nRetry-After: 3\r\nX: a: b\r\n\r\n" +
    JSON.stringify({ message: "Validation Failed", errors: [{ field: "base", code: "invalid" }] });
  const read = readReply({
    code: 1,
    stdout,
    stderr: "gh: Validation Failed (HTTP 422)\n",
    timedOut: false,
  }, true);
  assertEquals([read.status, read.headers.get("retry-after"), read.headers.get("x")], [
    422,
    "3",
    "a: b",
  ]);
  assertEquals(read.detail, "gh: Validation Failed (HTTP 422)\nbase invalid");
});

Deno.test("readReply() knows a login that is missing, and no answer at all", () => {
  const printed = { stdout: "", stderr: "", timedOut: false };
  assert(readReply({ ...printed, code: 4 }, true).loggedOut);
  const silent = readReply(
    { ...printed, code: 1, stderr: "error connecting", timedOut: true },
    true,
  );
  assertEquals([silent.status, silent.detail], [undefined, "error connecting\ntimed out"]);
});
