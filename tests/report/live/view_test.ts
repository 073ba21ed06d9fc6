import { keysIn } from "../../../src/report/live/keys.ts";
import { press, type Request, type Shown, type View } from "../../../src/report/live/view.ts";
import { assertEquals } from "../../support/assert.ts";

const SHOWN: Shown = {
  tasks: [{ id: "a", asks: false }, { id: "b", asks: true }, { id: "c", asks: false }],
  page: 10,
  lines: 35,
};

/** The view after a terminal has sent this, and what was asked for. */
function typed(sent: string, from: View = {}): { view: View; requests: Request[] } {
  let view = from;
  const requests: Request[] = [];
  for (const key of keysIn(sent)) {
    const pressed = press(view, key, SHOWN);
    view = pressed.view;
    if (pressed.request) requests.push(pressed.request);
  }
  return { view, requests };
}

const [UP, DOWN, ENTER, ESCAPE, BACKSPACE] = ["\x1b[A", "\x1b[B", "\r", "\x1b", "\x7f"];

Deno.test("up and down mark a task, from either end, and stop at the ends", () => {
  assertEquals(typed(DOWN).view.task, "a");
  assertEquals(typed(UP).view.task, "c");
  assertEquals(typed(DOWN + DOWN + DOWN + DOWN).view.task, "c");
  assertEquals(typed("jjk").view.task, "a");
});

Deno.test("Enter opens the marked task's log at its end, d its diff at its beginning", () => {
  const log = typed(DOWN + DOWN + ENTER);
  assertEquals(log.requests, [{ ask: "log", task: "b" }]);
  assertEquals(log.view.pane, { what: "log", from: Infinity });
  const diff = typed("d");
  assertEquals([diff.requests, diff.view.pane?.from], [[{ ask: "diff", task: "a" }], 0]);
  assertEquals(typed("q", log.view), { view: { ...log.view, pane: undefined }, requests: [] });
});

Deno.test("a log that was scrolled to its end follows what is added", () => {
  const { view } = typed(ENTER);
  const up = typed(UP + UP, view).view;
  assertEquals(up.pane?.from, 23);
  assertEquals(typed(DOWN + DOWN, up).view.pane?.from, Infinity);
  assertEquals(typed("\x1b[H", up).view.pane?.from, 0);
});

Deno.test("s stops a task only after y", () => {
  assertEquals(typed("sn").requests, []);
  assertEquals(typed(`s${ENTER}`).requests, []);
  assertEquals(typed(`${DOWN}sy`).requests, [{ ask: "stop", task: "a" }]);
});

Deno.test("a writes an answer to the marked question, or to the first one", () => {
  const answer = typed(`aKeep thm${BACKSPACE}em, q?${ENTER}`);
  assertEquals(answer.requests, [{ ask: "answer", task: "b", text: "Keep them, q?" }]);
  assertEquals(answer.view.prompt, undefined);
  assertEquals(typed(`a ${ENTER}`).requests, []);
  assertEquals(typed(`ano${ESCAPE}`).view.prompt, undefined);
  const nobody = press({}, { text: "a" }, { ...SHOWN, tasks: SHOWN.tasks.slice(0, 1) });
  assertEquals(nobody.view.said, "no task has an open question");
});

Deno.test("keysIn() reads names, text and unknown sequences", () => {
  assertEquals(keysIn("\x1b[A\x1bOB\x1b[5~é\x1b[15~\t"), [
    { name: "up" },
    { name: "down" },
    { name: "pageup" },
    { text: "é" },
  ]);
  assertEquals(keysIn("\x1b"), [{ name: "escape" }]);
});
