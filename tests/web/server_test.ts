/**
 * Who gets what from the page's server: everything for who has the token, nothing for anybody else.
 */
import { serveRun, type WebServer } from "../../src/web/server.ts";
import { runDir } from "../../src/journal/store.ts";
import { writeFiles } from "../support/repo.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { live, samplePage } from "./sample_page.ts";

/** An address of the server, with its token. */
function at(server: WebServer, path: string, params: Record<string, string> = {}): URL {
  const url = new URL(path, server.url);
  const token = new URL(server.url).searchParams.get("token") ?? "";
  url.search = String(new URLSearchParams({ token, ...params }));
  return url;
}

async function statusOf(request: Promise<Response>): Promise<number> {
  const response = await request;
  await response.body?.cancel();
  return response.status;
}

Deno.test("without the token, or with a wrong one, nothing is served", async () => {
  await using sample = await samplePage({ finished: true });
  await using server = serveRun(sample.run, { port: 0, control: true });
  for (
    const path of [
      "/",
      "/events",
      "/diff?task=cart",
      "/transcript?task=cart&at=0",
      "/answer",
      "/steer",
    ]
  ) {
    assertEquals(await statusOf(fetch(new URL(path, server.url))), 403, path);
  }
  assertEquals(await statusOf(fetch(at(server, "/", { token: "0".repeat(48) }))), 403);
  assertEquals(await statusOf(fetch(at(server, "/"))), 200);
});

Deno.test("a name that leads to this machine, and a page of another origin, are refused", async () => {
  await using sample = await samplePage({ finished: true });
  await using server = serveRun(sample.run, { port: 0, control: true });
  const url = at(server, "/");
  assertMatch(await rawRequest(url, { host: `evil.example:${url.port}` }), /^HTTP\/1.1 403/);
  assertMatch(await rawRequest(url, { host: url.host }), /^HTTP\/1.1 200/);
  const foreign = { host: url.host, origin: "https://evil.example" };
  const refused = await rawRequest(url, foreign);
  assertMatch(refused, /^HTTP\/1.1 403/);
  assert(!/access-control/i.test(refused), refused);
});

Deno.test("the page may load and run nothing but itself", async () => {
  await using sample = await samplePage({ finished: true });
  await using server = serveRun(sample.run, { port: 0, control: false });
  const response = await fetch(at(server, "/"));
  const page = await response.text();
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  assertMatch(policy, /^default-src 'none'; script-src 'sha256-[^' ]*'; style-src 'sha256-/);
  assert(!policy.includes("unsafe"), policy);
  assertMatch(response.headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/);
  assertEquals(response.headers.get("cache-control"), "no-store");
});

Deno.test("all events come as a stream, and again after the last one that was heard", async () => {
  await using sample = await samplePage({ finished: true });
  await using server = serveRun(sample.run, { port: 0, control: false });
  const all = await (await fetch(at(server, "/events"))).text();
  assertEquals(seqsIn(all), sample.events.map(({ seq }) => seq));
  assertMatch(all, /"over":true\}\n\n$/);
  const headers = { "last-event-id": `${sample.run.id} ${sample.events.length - 2}` };
  const rest = await (await fetch(at(server, "/events"), { headers })).text();
  assertEquals(seqsIn(rest), sample.events.slice(-2).map(({ seq }) => seq));
});

Deno.test("the earlier runs of a plan come before it, and a stream that broke off among them continues there", async () => {
  await using sample = await samplePage({ finished: true });
  const older = "20261121-093000-a1b2";
  const lines = sample.events.slice(0, 3).map((event) => JSON.stringify({ ...event, run: older }));
  const dir = runDir(`${sample.repo.root}/.git`, older);
  await writeFiles(dir, { "journal.ndjson": lines.join("\n") + "\n" });
  await using server = serveRun({ ...sample.run, earlier: [older] }, { port: 0, control: false });
  const seqs = sample.events.map(({ seq }) => seq);
  const all = await (await fetch(at(server, "/events"))).text();
  assertEquals(seqsIn(all), [1, 2, 3, ...seqs]);
  const headers = { "last-event-id": `${older} 2` };
  const rest = await (await fetch(at(server, "/events"), { headers })).text();
  assertEquals(seqsIn(rest), [3, ...seqs]);
});

Deno.test("a transcript, a log and the changes of a task are served without secrets", async () => {
  await using sample = await samplePage({ finished: true });
  const secret = "ghp_" + "a1B2".repeat(9);
  await Deno.writeTextFile(
    `${sample.run.dir}/transcripts/cart.2.log`,
    `{"type":"assistant","message":{"content":[{"type":"text","text":"The key is ${secret}."}]}}\n`,
  );
  await using server = serveRun(sample.run, { port: 0, control: false });
  const get = async (path: string, params: Record<string, string>) =>
    await (await fetch(at(server, path, params))).json();
  assertEquals(await get("/transcript", { task: "cart", at: "1" }), [
    { kind: "said", text: "The key is ***." },
  ]);
  assertMatch(await get("/log", { task: "cart", at: "0" }), /expected 1235 to be 1234/);
  assertMatch(await get("/diff", { task: "cart" }), /^\+export function total/m);
  // What landed is what its merge brought in.
  assertMatch(await get("/diff", { task: "schema" }), /^\+create table orders/m);
  assertEquals(await get("/transcript", { task: "docs", at: "0" }), null);
  assertEquals(await statusOf(fetch(at(server, "/diff", { task: "../cart" }))), 404);
});

Deno.test("an answer is taken with --control alone, for an open question of a live run", async () => {
  await using sample = await samplePage();
  const send = (server: WebServer, task: string, answer: string) =>
    statusOf(fetch(at(server, "/answer"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ task, answer }),
    }));
  await using readOnly = serveRun(sample.run, { port: 0, control: false });
  assertEquals(await send(readOnly, "auth", "yes"), 403);
  await using server = serveRun(sample.run, { port: 0, control: true });
  assertEquals(await send(server, "auth", "yes"), 409, "the run is over");
  using _run = live(sample);
  assertEquals(await send(server, "auth", " "), 400);
  assertEquals(await send(server, "cart", "yes"), 409, "it has asked nothing");
  assertEquals(await send(server, "auth", " by e-mail, too "), 202);
  assertEquals(await Deno.readTextFile(`${sample.run.dir}/answers/auth.txt`), "by e-mail, too");
});

function seqsIn(stream: string): number[] {
  return [...stream.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
}

/** A request with headers that `fetch` would not send. */
async function rawRequest(url: URL, headers: Record<string, string>): Promise<string> {
  using connection = await Deno.connect({ hostname: url.hostname, port: Number(url.port) });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const request = `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines}connection: close\r\n\r\n`;
  await connection.write(new TextEncoder().encode(request));
  return await new Response(connection.readable, {}).text();
}
