/** How a person learns what happens in a run that nobody watches. */
import { join } from "node:path";
import { parse } from "yaml";
import { bellOf } from "../../src/report/live/bell.ts";
import type { Notification } from "../../src/report/run/notification.ts";
import { Notifier } from "../../src/run/notify.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { withEnv } from "../support/env.ts";
import { findTool } from "../support/needs.ts";
import { rig } from "../support/rig.ts";
import type { RunEvent } from "../../src/domain/event.ts";

const HOSTILE = `Red; or "green"? $(touch hacked) \`touch hacked\` @/etc/hosts`;

Deno.test("the notify command is run for a question, a blocked task and the end", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: {} },
    agent: { a: `cat <<'END'\nQUESTION: ${HOSTILE}\nEND`, b: "exit 3" },
    config: `notify: |-
  cat >> $RIG/notes/stdin
  echo "$PAREX_NOTIFY_EVENT $PAREX_NOTIFY_TASK: $PAREX_NOTIFY_NEXT" >> $RIG/notes/env
`,
  });
  const args = ["execute", "--attempts", "1", "--jobs", "1", "--land", "none"];
  const { code, stderr } = await stage.parex(args);
  assertEquals(code, 1);
  assert(!stderr.includes("warning"), stderr);
  const said = (await stage.note("stdin"))?.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(said?.map(({ event, task, plan }) => [event, task, plan]), [
    ["question", "a", "Sample"],
    ["blocked", "b", "Sample"],
    ["end", undefined, "Sample"],
  ]);
  assertEquals(said?.[0].message, HOSTILE);
  assertMatch(said?.[2].message, /^0 tasks completed, 2 blocked, /);
  assertEquals(
    await stage.note("env"),
    [
      'question a: parex answer a "…"',
      "blocked b: parex show b",
      "end : parex report",
      "",
    ].join("\n"),
  );
});

Deno.test("a notify command that fails is named once, and changes nothing else", async () => {
  await using stage = await rig({
    config: "notify: 'echo no route >&2; exit 7'\n",
    tasks: { a: {} },
  });
  const { code, stderr } = await stage.parex(["execute", "--land", "none"]);
  assertEquals(code, 0);
  assertMatch(stderr, /warning: the notify command failed: exit code 7: no route\n/);
});

const NOTIFICATION: Notification = {
  event: "question",
  run: "r",
  plan: "p",
  task: "a",
  title: "Question from a: Say; it\x1b",
  message: "Red?\nOr green?",
  next: "parex answer a",
};

Deno.test("the bell comes with the notification that the terminal knows", () => {
  const osc9 = "\x1b]9;parex: Question from a: Say, it\\u{1b}: Red? Or green?\x07";
  assertEquals(bellOf(NOTIFICATION, { TERM: "xterm-256color" }), `\x07${osc9}`);
  assertEquals(bellOf(NOTIFICATION, { TERM: "linux" }), "\x07");
  assertEquals(
    bellOf(NOTIFICATION, { TERM: "xterm-256color", VTE_VERSION: "7200" }),
    "\x07\x1b]777;notify;parex: Question from a: Say, it\\u{1b};Red? Or green?\x07",
  );
  assertEquals(
    bellOf(NOTIFICATION, { TERM: "tmux-256color", TMUX: "/tmp/tmux,1,0" }),
    `\x07\x1bPtmux;${osc9.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`,
  );
});

/** The commands of the examples in the documentation, by their number. */
async function documented(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("../../docs/notifications.md", import.meta.url));
  return [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml = ""]) => parse(yaml).notify);
}

const EVENTS = [
  { type: "run.started", run: "r", plan: { name: "Sample" }, graph: [{ id: "a", name: "Sums" }] },
  {
    run: "r",
    type: "task.status",
    task: "a",
    to: "blocked",
    failure: { reason: "needs_input", question: HOSTILE },
  },
] as unknown as RunEvent[];

async function notified(command: string, cwd: string): Promise<string[]> {
  const failures: string[] = [];
  const notifier = new Notifier({ command, cwd, onFailure: (why) => failures.push(why) });
  for (const event of EVENTS) notifier.onEvent(event);
  await notifier.close();
  return failures;
}

Deno.test({
  name: "the documented commands for ntfy and Slack send what happened",
  ignore: findTool("curl") === undefined || findTool("jq") === undefined,
  fn: async () => {
    const cwd = await Deno.makeTempDir();
    const received: [path: string, title: string | null, body: string][] = [];
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        const { pathname } = new URL(request.url);
        received.push([pathname, request.headers.get("title"), await request.text()]);
        return new Response("ok");
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    using _ = withEnv({ SLACK_WEBHOOK_URL: `${url}/services/T0` });
    const [ntfy = "", slack = ""] = await documented();
    assertEquals(await notified(ntfy.replace("https://ntfy.sh", url), cwd), []);
    assertEquals(await notified(slack, cwd), []);
    const title = "Question from a: Sums";
    assertEquals(received[0], ["/your-topic", title, HOSTILE]);
    assertEquals(received[1]?.[0], "/services/T0");
    assertEquals(JSON.parse(received[1]?.[2] ?? ""), {
      text: `${title}\n${HOSTILE}\nparex answer a "…"`,
    });
    assertEquals([...Deno.readDirSync(cwd)], []);
    await Deno.remove(cwd, { recursive: true });
  },
});

Deno.test("the documented commands for desktops pass title and message as they are", async () => {
  const cwd = await Deno.makeTempDir();
  for (const program of ["notify-send", "osascript"]) {
    const path = join(cwd, program);
    await Deno.writeTextFile(
      path,
      `#!/bin/sh\nfor word; do printf '%s\\n' "$word"; done > ${cwd}/said\n`,
    );
    await Deno.chmod(path, 0o755);
  }
  using _ = withEnv({ PATH: `${cwd}:/usr/bin:/bin` });
  const [, , linux = "", macos = "", questions = ""] = await documented();
  for (const command of [linux, macos, questions]) {
    assertEquals(await notified(command, cwd), []);
    const said = (await Deno.readTextFile(`${cwd}/said`)).trimEnd().split("\n");
    assertEquals(said.slice(-2), ["Question from a: Sums", HOSTILE]);
    await Deno.remove(`${cwd}/said`);
  }
  await Deno.remove(cwd, { recursive: true });
});
