import { Writable } from "node:stream";
import { startLive } from "../../../src/report/live/live.ts";
import { startReporter } from "../../../src/report/live/start_reporter.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { sampleEvents } from "../sample_run.ts";

function recordedIo() {
  const printed = { out: "", err: "" };
  const io = {
    out: (text: string) => void (printed.out += text),
    err: (text: string) => void (printed.err += text),
    colorErr: false,
    columns: 80,
  };
  return { io, printed };
}

Deno.test("startReporter() prints a line on stderr for each change, none for mere activity", () => {
  const { io, printed } = recordedIo();
  const reporter = startReporter("lines", io);
  for (const event of sampleEvents()) reporter.onEvent(event);
  reporter.stop();
  const clock = new Date("2026-11-22T09:30:52.000Z").toTimeString().slice(0, 8);
  const lines = printed.err.split("\n");
  assertEquals(lines.filter((line) => line.startsWith(clock)), [
    `${clock}  task-1  test failed (exit code 1) after 2.0s`,
    `${clock}  task-1  working`,
  ]);
  assert(!printed.err.includes("Edit main.ts"));
  assertEquals(lines.at(-2)?.split("  ").slice(1), [
    "run",
    "finished after 1m 40s: 2 completed, 1 blocked, 1 waiting",
  ]);
  assertEquals(printed.out, "");
});

Deno.test("startReporter() says when a run had nothing to do", () => {
  const { io, printed } = recordedIo();
  const reporter = startReporter("lines", io);
  for (const event of sampleEvents()) {
    if (event.type !== "run.finished") continue;
    reporter.onEvent({ ...event, completed: 0, blocked: 0, pending: 0 });
  }
  reporter.stop();
  assertEquals(printed.err.trimEnd().split("  ").slice(1), [
    "run",
    "nothing to do: all selected tasks are already completed",
  ]);
});

Deno.test("startReporter() prints every event as a line of JSON on stdout, and nothing else", () => {
  const { io, printed } = recordedIo();
  const reporter = startReporter("json", io);
  for (const event of sampleEvents()) reporter.onEvent(event);
  reporter.stop();
  const lines = printed.out.trimEnd().split("\n");
  assertEquals(lines.map((line) => JSON.parse(line)), sampleEvents());
  assertEquals(printed.err, "");
});

function recordedTerminal() {
  const printed = { text: "" };
  const terminal = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        printed.text += chunk;
        done();
      },
    }),
    { columns: 80, rows: 24 },
  );
  return { terminal, printed };
}

Deno.test("startLive() redraws in place, and its last frame stays", () => {
  const { terminal, printed } = recordedTerminal();
  const live = startLive({ color: false, columns: 80, err: () => {}, terminal });
  for (const event of sampleEvents()) live.onEvent(event);
  live.stop();
  live.stop();
  const drawn = printed.text;
  assertEquals(drawn.split("2/4 completed, 1 blocked").length, 2, "drawn once, at its end");
  assert(!drawn.includes("\x1b[?25l"), "the cursor is never hidden");
});

Deno.test("startLive() never erases what was said: it goes on in a new place below", () => {
  const { terminal, printed } = recordedTerminal();
  const err = (text: string) => void terminal.write(text);
  const live = startLive({ color: false, columns: 80, err, terminal });
  for (const event of sampleEvents()) live.onEvent(event);
  live.say("Stopping.");
  live.stop();
  const [, after = ""] = printed.text.split("Stopping.\n");
  assert(after.includes("2/4 completed, 1 blocked"), printed.text);
  assert(!after.includes("\x1b[1A"), "no line above is taken back");
});
