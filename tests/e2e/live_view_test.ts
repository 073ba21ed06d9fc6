/** The live view on a real terminal, as `script` of util-linux makes one. */
import { assert, assertEquals } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { findTool, needs } from "../support/needs.ts";
import { parexArgv } from "../support/parex.ts";
import { eventsOf, type Rig, rig, until, waitAt } from "../support/rig.ts";
import { shellWord } from "../../src/exec/quote.ts";

const tool = Deno.build.os === "linux" ? findTool("script") : undefined;

const WORKS = `echo by > "$PAREX_TASK_ID.txt"
git add -A
git commit -qm "feat: $PAREX_TASK_ID"`;

interface Typist {
  screen(): string;
  type(keys: string): Promise<void>;
  ended: Promise<number>;
}

/** `parex <args>` on a terminal of 80 columns and 30 rows. */
function onTerminal(stage: Rig, args: string[], env: Record<string, string> = {}): Typist {
  const line = `cd ${shellWord(stage.root)}; stty rows 30 cols 80; exec ${
    parexArgv(args).map(shellWord).join(" ")
  }`;
  const child = new Deno.Command("script", {
    args: ["-q", "-e", "-c", line, "/dev/null"],
    cwd: stage.root,
    clearEnv: true,
    env: testEnv({
      RIG: stage.home,
      PAREX_AGENT: "command",
      PAREX_AGENT_COMMAND: `sh ${shellWord(`${stage.home}/agent.sh`)}`,
      TERM: "xterm",
      CI: "",
      SHELL: "/bin/sh",
      ...env,
    }),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  let screen = "";
  const read = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of child.stdout) screen += decoder.decode(bytes, { stream: true });
  })();
  return {
    screen: () => screen,
    type: (keys) => writer.write(new TextEncoder().encode(keys)),
    ended: (async () => {
      const { code } = await child.status;
      await read;
      await writer.close().catch(() => {});
      return code;
    })(),
  };
}

Deno.test({
  ...needs("script", Deno.build.os === "linux" ? tool : "elsewhere"),
  name: "by keys a question is answered, a task stopped and retried, and its log read",
  ignore: tool === undefined,
  fn: async () => {
    await using stage = await rig({
      tasks: { asks: {}, slow: {}, lasts: {} },
      agent: {
        "asks.1": `echo "QUESTION: Which colour?"`,
        asks: WORKS,
        lasts: `${waitAt("end")}\n${WORKS}`,
        slow: `echo "hello from the agent"\nsleep 1000`,
      },
    });
    await using gate = await stage.gate("end");
    const terminal = onTerminal(stage, ["execute", "--land", "none"]);
    const statuses = async () =>
      (await stage.statuses()) as {
        asks: string;
        slow: string;
        lasts: string;
      };
    await until(
      "the question is on the screen",
      () => terminal.screen().includes(`next: parex answer asks "…"`),
    );
    await terminal.type("aBlue, q?\r");
    await until("asks is done", async () => (await statuses()).asks === "completed");

    await terminal.type("\x1b[B\r");
    await until("the log is open", () => terminal.screen().includes("log of slow"));
    await terminal.type("q");
    await stage.agent({ slow: WORKS });
    await terminal.type("sy");
    await until("slow is stopped", async () => (await statuses()).slow === "blocked");
    await terminal.type("r");
    await until("slow is done", async () => (await statuses()).slow === "completed");
    await gate.open();
    assertEquals(await terminal.ended, 0, terminal.screen());
    assertEquals(await statuses(), {
      asks: "completed",
      slow: "completed",
      lasts: "completed",
    });
    const [answered] = eventsOf(await stage.journal(), "task.answered");
    assertEquals(answered?.answer, "Blue, q?");
  },
});

Deno.test({
  name: "q leaves watch, and the run goes on",
  ignore: tool === undefined,
  fn: async () => {
    await using stage = await rig({ tasks: { a: {} }, agent: { a: `${waitAt("on")}\n${WORKS}` } });
    await using gate = await stage.gate("on");
    const running = stage.start(["execute"]);
    await until("a is at work", async () => (await stage.status("a")) === "in_progress");
    const watching = onTerminal(stage, ["watch"]);
    await until("the keys are named", () => watching.screen().includes("q leave"));
    await watching.type("q");
    assertEquals(await watching.ended, 0);
    assert(watching.screen().includes("The run continues."), watching.screen());
    await gate.open();
    assertEquals((await running.ended).code, 0);
  },
});

for (const env of [{ TERM: "dumb" }, { CI: "true" }] as Record<string, string>[]) {
  Deno.test({
    name: `with ${
      Object.entries(env).join().replace(",", "=")
    } a run prints lines, and reads no keys`,
    ignore: tool === undefined,
    fn: async () => {
      await using stage = await rig({ tasks: { a: {} } });
      const terminal = onTerminal(stage, ["execute", "--land", "none"], env);
      assertEquals(await terminal.ended, 0, terminal.screen());
      const screen = terminal.screen();
      // deno-lint-ignore no-control-regex -- colours are no movement
      assert(!/\x1b\[[\d;?]*[A-HJKSTf]/.test(screen), screen);
      assert(!screen.includes("q leave"));
      assert(screen.includes("a  completed") || screen.includes("a  \x1b"), screen);
    },
  });
}
