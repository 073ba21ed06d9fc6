import { type Answer, answer } from "../../src/hook/hook.ts";
import { parexArgv } from "../support/parex.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { guarded } from "./guarded.ts";

const SILENCE: Answer = { code: 0, stdout: "", stderr: "" };
const NOTHING_TO_SAY = [
  "",
  "\0\xff",
  "not JSON",
  "null",
  "[]",
  "7",
  "{",
  "{}",
  '{"hook_event_name":7}',
  '{"hook_event_name":"Never heard of it"}',
  '{"hook_event_name":"UserPromptSubmit"}',
  '{"hook_event_name":"UserPromptSubmit","prompt":{"a":1}}',
  '{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"rm -rf /"}}',
  '{"hook_event_name":"Stop"}',
  "x".repeat(10_000_000),
  JSON.stringify({ hook_event_name: "PostToolUse", output: "x".repeat(10_000_000) }),
];

/** `parex hook` with this on its stdin. */
async function parexHook(stdin: string, env: Record<string, string> = {}): Promise<Answer> {
  const [program, ...args] = parexArgv(["hook"]);
  const child = new Deno.Command(program, {
    args,
    clearEnv: true,
    env: testEnv(env),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: code as Answer["code"], stdout: text(stdout), stderr: text(stderr) };
}

function decisionOf({ stdout }: Answer): string {
  return JSON.parse(stdout).hookSpecificOutput.permissionDecision;
}

Deno.test("answer() has nothing to say outside parex's agents to what is none of its business", async () => {
  for (const text of NOTHING_TO_SAY) {
    assertEquals(await answer(text, {}, "/"), SILENCE, text.slice(0, 80));
  }
});

Deno.test("answer() refuses inside an agent what it cannot read", async () => {
  await using place = await guarded();
  for (const text of ["", "not JSON", "{}", "[]", "x".repeat(10_000_000)]) {
    const { code, stdout, stderr } = await answer(text, place.env, place.worktree);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /cannot read/);
  }
  assertEquals(await answer('{"hook_event_name":"PostToolUse"}', place.env, "/"), SILENCE);
});

Deno.test("answer() decides on tool calls inside an agent alone", async () => {
  await using place = await guarded();
  const bash = (command: string) =>
    JSON.stringify({
      hook_event_name: "PreToolUse",
      cwd: place.worktree,
      tool_name: "Bash",
      tool_input: { command },
    });
  assertEquals(decisionOf(await answer(bash("npm test"), place.env, "/")), "allow");
  const denied = await answer(bash("git push"), place.env, "/");
  assertEquals(decisionOf(denied), "deny");
  assertMatch(denied.stdout, /permissionDecisionReason/);
  assertEquals(await answer(bash("git push"), {}, "/"), SILENCE);
});

Deno.test("answer() lets an agent's own prompt be, whatever it asks for", async () => {
  await using place = await guarded();
  const event = JSON.stringify({ hook_event_name: "UserPromptSubmit", prompt: "execute the plan" });
  assertEquals(await answer(event, place.env, place.worktree), SILENCE);
  assert((await answer(event, {}, place.outside)).stdout !== "");
});

Deno.test("parex hook is silent about 10 MB of nothing, and denies with exit code 2 inside an agent", async () => {
  const big = "x".repeat(10_000_000);
  assertEquals(await parexHook(big), SILENCE);
  const inside = await parexHook(big, { PAREX_TASK_ID: "task-1" });
  assertEquals(inside.code, 2);
  assertMatch(inside.stderr, /cannot read/);
});

Deno.test("parex hook takes a stdin that cannot be read for an empty one", async () => {
  for (const [env, code] of [[{}, 0], [{ PAREX_TASK_ID: "task-1" }, 2]] as const) {
    const ended = await new Deno.Command("sh", {
      args: ["-c", 'exec "$@" < /', "sh", ...parexArgv(["hook"])],
      clearEnv: true,
      env: testEnv(env),
      stderr: "null",
    }).output();
    assertEquals(ended.code, code);
  }
});

Deno.test("the modules behind a tool call import no package", async () => {
  const info = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../../src/hook/guard.ts", import.meta.url).pathname],
    stderr: "null",
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(info.stdout));
  const specifiers: string[] = modules.map(({ specifier }: { specifier: string }) => specifier);
  assert(specifiers.some((specifier) => specifier.endsWith("/src/hook/guard.ts")));
  assertEquals(specifiers.filter((specifier) => specifier.startsWith("npm:")), []);
});
