/** The agents that print a line of JSON for whatever happens, played by programs on the PATH. */
import { join } from "node:path";
import { makeAgent } from "../../src/agent/agents.ts";
import type { Usage } from "../../src/domain/event.ts";
import { testEnv, withEnv } from "../support/env.ts";
import { writeFiles } from "../support/repo.ts";
import { must } from "../support/result.ts";
import { assertEquals } from "../support/assert.ts";
import { tempFolder, witness } from "./rig.ts";

interface Sample {
  /** What a call that works prints. */
  prints: string[];
  args: string;
  resumed: string;
  session: string;
  said: string;
  doing: string[];
  usage: Usage;
  /** What a call prints that meets the account's limit, and how it ends. */
  refused: { prints: string[]; stderr?: string; code: number; words: string };
}

const SAMPLES: Record<string, Sample> = {
  codex: {
    prints: [
      '{"type":"thread.started","thread_id":"0199a213-81c0"}',
      '{"type":"turn.started"}',
      '{"type":"item.started","item":{"id":"item_1","type":"command_execution","command":"bash -lc ls","status":"in_progress"}}',
      '{"type":"item.completed","item":{"id":"item_1","type":"command_execution","command":"bash -lc ls","exit_code":0}}',
      '{"type":"error","message":"Reconnecting... 1/5"}',
      '{"type":"item.completed","item":{"id":"item_2","type":"file_change","changes":[{"path":"a.txt","kind":"add"}]}}',
      '{"type":"item.completed","item":{"id":"item_3","type":"agent_message","text":"All done."}}',
      '{"type":"turn.completed","usage":{"input_tokens":24763,"cached_input_tokens":24448,"cache_write_input_tokens":15,"output_tokens":122}}',
    ],
    args: 'exec --json -c sandbox_mode="workspace-write" ' +
      '-c sandbox_workspace_write.writable_roots=["/repo/.git/objects"] --model m1 -',
    resumed: 'exec resume --json -c sandbox_mode="workspace-write" ' +
      '-c sandbox_workspace_write.writable_roots=["/repo/.git/objects"] --model m1 c1 -',
    session: "0199a213-81c0",
    said: "All done.",
    doing: ["shell bash -lc ls", "add a.txt", "All done."],
    usage: {
      input_tokens: 300,
      output_tokens: 122,
      cache_read_tokens: 24448,
      cache_write_tokens: 15,
      turns: 1,
    },
    refused: {
      prints: [
        '{"type":"thread.started","thread_id":"0199a213-81c0"}',
        '{"type":"turn.failed","error":{"message":"You\'ve hit your usage limit. Try again at 3:28 PM."}}',
      ],
      code: 1,
      words: "You've hit your usage limit. Try again at 3:28 PM.",
    },
  },
  gemini: {
    prints: [
      '{"type":"init","timestamp":"t","session_id":"6c1d","model":"gemini-2.5-pro"}',
      '{"type":"message","timestamp":"t","role":"user","content":"PROMPT"}',
      '{"type":"message","timestamp":"t","role":"assistant","content":"Let me look.","delta":true}',
      '{"type":"tool_use","timestamp":"t","tool_name":"run_shell_command","tool_id":"1","parameters":{"command":"ls"}}',
      '{"type":"tool_result","timestamp":"t","tool_id":"1","status":"success","output":"README.md"}',
      '{"type":"message","timestamp":"t","role":"assistant","content":"All ","delta":true}',
      '{"type":"message","timestamp":"t","role":"assistant","content":"done.","delta":true}',
      '{"type":"result","timestamp":"t","status":"success","stats":{"total_tokens":10992,"input_tokens":10758,"output_tokens":92,"cached":6849,"input":3909,"duration_ms":3615,"tool_calls":1}}',
    ],
    args: "--output-format=stream-json --approval-mode=yolo --model=m1 --session-id=ID -p " +
      "Do the task that is described above.",
    resumed: "--output-format=stream-json --approval-mode=yolo --model=m1 --resume=c1 -p " +
      "Do the task that is described above.",
    session: "6c1d",
    said: "All done.",
    doing: ["Let me look.", "run_shell_command ls", "All", "done."],
    usage: {
      model: "gemini-2.5-pro",
      input_tokens: 3909,
      output_tokens: 92,
      cache_read_tokens: 6849,
    },
    refused: {
      prints: [
        '{"type":"result","timestamp":"t","status":"error","error":{"type":"TerminalQuotaError","message":"You have exhausted your daily quota on this model."},"stats":{}}',
      ],
      code: 1,
      words: "You have exhausted your daily quota on this model.",
    },
  },
  copilot: {
    prints: [
      '{"type":"session.tools_updated","data":{"model":"gpt-5.4"},"id":"a"}',
      '{"type":"user.message","data":{"content":"PROMPT"},"id":"b"}',
      '{"type":"tool.execution_start","data":{"toolCallId":"c","toolName":"bash","arguments":{"command":"ls"}}}',
      '{"type":"tool.execution_complete","data":{"toolCallId":"c","success":true,"result":{"content":"a"}}}',
      '{"type":"assistant.message","data":{"messageId":"m","content":"All done.","toolRequests":[],"model":"gpt-5.4","outputTokens":31}}',
      '{"type":"result","timestamp":"t","sessionId":"efc9f463","exitCode":0,"usage":{"premiumRequests":1,"totalApiDurationMs":6046}}',
    ],
    args: "--output-format=json --allow-all-tools --no-ask-user --model=m1 --session-id=ID",
    resumed: "--output-format=json --allow-all-tools --no-ask-user --model=m1 --resume=c1",
    session: "efc9f463",
    said: "All done.",
    doing: ["bash ls", "All done."],
    usage: { model: "gpt-5.4", output_tokens: 31, turns: 1 },
    refused: {
      prints: ['{"type":"result","sessionId":"efc9f463","exitCode":1}'],
      stderr: "Error: 429 Too Many Requests",
      code: 1,
      words: "Error: 429 Too Many Requests",
    },
  },
  opencode: {
    prints: [
      '{"type":"step_start","timestamp":1,"sessionID":"ses_1","part":{"type":"step-start"}}',
      '{"type":"tool_use","timestamp":2,"sessionID":"ses_1","part":{"type":"tool","tool":"bash","state":{"status":"completed","input":{"command":"ls"},"output":"a"}}}',
      '{"type":"step_finish","timestamp":3,"sessionID":"ses_1","part":{"type":"step-finish","reason":"tool-calls","tokens":{"input":100,"output":7,"reasoning":3,"cache":{"write":50,"read":0}},"cost":0.25}}',
      '{"type":"text","timestamp":4,"sessionID":"ses_1","part":{"type":"text","text":"All done."}}',
      '{"type":"step_finish","timestamp":5,"sessionID":"ses_1","part":{"type":"step-finish","reason":"stop","tokens":{"input":20,"output":5,"reasoning":0,"cache":{"write":0,"read":150}},"cost":0.5}}',
    ],
    args: "run --format=json --print-logs --log-level=ERROR --model=m1 --title=task-1",
    resumed: "run --format=json --print-logs --log-level=ERROR --model=m1 --session=c1",
    session: "ses_1",
    said: "All done.",
    doing: ["bash ls", "All done."],
    usage: {
      cost_usd: 0.75,
      input_tokens: 120,
      output_tokens: 15,
      cache_read_tokens: 150,
      cache_write_tokens: 50,
      turns: 2,
    },
    refused: {
      prints: [
        '{"type":"error","timestamp":1,"sessionID":"ses_1","error":{"name":"APIError","data":{"message":"Rate limit exceeded"}}}',
      ],
      code: 0,
      words: "Rate limit exceeded",
    },
  },
  pi: {
    prints: [
      '{"type":"session","version":3,"id":"0199-pi","cwd":"/repo"}',
      '{"type":"agent_start"}',
      '{"type":"message_end","message":{"role":"user","content":[{"type":"text","text":"PROMPT"}]}}',
      '{"type":"message_end","message":{"role":"assistant","model":"m1","stopReason":"toolUse","content":[{"type":"toolCall","id":"c","name":"bash","arguments":{"command":"ls"}}],"usage":{"input":100,"output":7,"cacheRead":0,"cacheWrite":50,"cost":{"total":0.25}}}}',
      '{"type":"tool_execution_start","toolCallId":"c","toolName":"bash","args":{"command":"ls"}}',
      '{"type":"tool_execution_end","toolCallId":"c","toolName":"bash","result":{"content":[{"type":"text","text":"a"}]},"isError":false}',
      '{"type":"compaction_end","reason":"threshold","result":{"summary":"s","usage":{"input":30,"output":3,"cacheRead":0,"cacheWrite":0,"cost":{"total":0.25}}}}',
      '{"type":"message_end","message":{"role":"assistant","model":"m1","stopReason":"stop","content":[{"type":"text","text":"All done."}],"usage":{"input":20,"output":5,"cacheRead":150,"cacheWrite":0,"cost":{"total":0.5}}}}',
      '{"type":"agent_end","messages":[{"role":"assistant","stopReason":"stop"}],"willRetry":false}',
    ],
    args: "--mode json --model m1",
    resumed: "--mode json --model m1 --session c1",
    session: "0199-pi",
    said: "All done.",
    doing: ["bash ls", "All done."],
    usage: {
      cost_usd: 1,
      input_tokens: 150,
      output_tokens: 15,
      cache_read_tokens: 150,
      cache_write_tokens: 50,
      turns: 2,
      model: "m1",
    },
    refused: {
      prints: [
        '{"type":"session","version":3,"id":"0199-pi","cwd":"/repo"}',
        '{"type":"message_end","message":{"role":"assistant","stopReason":"error","errorMessage":"429 Rate limit reached","content":[]}}',
        '{"type":"agent_end","messages":[{"role":"assistant","stopReason":"error"}]}',
      ],
      code: 0,
      words: "429 Rate limit reached",
    },
  },
};

/** A folder with a program of this name that prints the lines, and keeps what it was called with. */
async function stage(name: string, lines: string[], end = "exit 0") {
  const folder = await tempFolder();
  const quoted = lines.map((line) => `printf '%s\\n' '${line.replaceAll("'", `'\\''`)}'`);
  const script = `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "$*" > args\ncat > prompt\n`;
  await writeFiles(folder.path, { [`bin/${name}`]: [script, ...quoted, end].join("\n") });
  await Deno.chmod(join(folder.path, "bin", name), 0o755);
  const path = withEnv({ PATH: `${join(folder.path, "bin")}:${testEnv().PATH}` });
  return {
    path: folder.path,
    read: async (file: string) => (await Deno.readTextFile(join(folder.path, file))).trim(),
    async [Symbol.asyncDispose]() {
      path[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("codex, which counts a whole conversation, is taken for what this attempt has used of it", async () => {
  const turn = (input: number, cached: number, output: number) =>
    `{"type":"turn.completed","usage":{"input_tokens":${input},"cached_input_tokens":${cached},"output_tokens":${output}}}`;
  const prints = [
    '{"type":"thread.started","thread_id":"c1"}',
    turn(500, 300, 30),
    turn(900, 600, 45),
  ];
  await using on = await stage("codex", prints);
  const usedBefore = { input_tokens: 100, cache_read_tokens: 150, output_tokens: 20, turns: 1 };
  const used = async (resume: string) =>
    (await witness(must(makeAgent("codex", {})), on.path, { resume, usedBefore })).outcome.usage;
  assertEquals(await used("c1"), {
    input_tokens: 200,
    cache_read_tokens: 450,
    output_tokens: 25,
    cache_write_tokens: 0,
    turns: 2,
  });
  // Another conversation has begun than the one that was to be gone on with.
  assertEquals((await used("c0")).input_tokens, 300);
});

for (const [name, sample] of Object.entries(SAMPLES)) {
  Deno.test(`${name} gets the prompt, and its messages, work and usage are read`, async () => {
    await using on = await stage(name, sample.prints);
    const agent = must(makeAgent(name, {}));
    assertEquals((await agent.available()).ok, true);
    const { outcome, activities } = await witness(agent, on.path, { model: "m1" });
    assertEquals(
      [outcome.outcome, outcome.detail, outcome.session, outcome.usage],
      ["finished", sample.said, sample.session, sample.usage],
    );
    // Reported again where only the usage is new.
    const doing = activities.map(({ doing }) => doing);
    assertEquals(doing.filter((one, at) => one !== doing[at - 1]), sample.doing);
    const args = await on.read("args");
    assertEquals(args.replace(/(?<=--session-id=)\S+/, "ID"), sample.args);
    assertEquals(await on.read("prompt"), "Task: task-1\n\nDo it.");

    await witness(agent, on.path, { model: "m1", resume: "c1" });
    assertEquals(await on.read("args"), sample.resumed);
  });

  Deno.test(`${name} is limited while the account is out of quota`, async () => {
    const { prints, stderr = "", code, words } = sample.refused;
    await using on = await stage(name, prints, `echo '${stderr}' >&2; exit ${code}`);
    const { outcome } = await witness(must(makeAgent(name, {})), on.path);
    assertEquals(
      [outcome.outcome, outcome.limit, outcome.detail],
      ["limited", "quota", words],
    );
  });

  Deno.test(`${name} that breaks off is under no limit, whatever it worked on`, async () => {
    const prints = sample.prints.slice(0, -1).map((line) =>
      line.replace("All done.", "429s are retried.")
    );
    await using on = await stage(name, prints, "exit 1");
    const { outcome } = await witness(must(makeAgent(name, {})), on.path);
    assertEquals([outcome.outcome, outcome.limit], ["failed", undefined]);
  });

  Deno.test(`${name} fails with its final message, and with garbage for output`, async () => {
    await using on = await stage(name, ["{", "no json"], "echo out of memory >&2; exit 3");
    const { outcome, left } = await witness(must(makeAgent(name, {})), on.path);
    assertEquals(
      [outcome.outcome, outcome.detail, outcome.exitCode, left],
      ["failed", "out of memory", 3, []],
    );
  });

  Deno.test(`${name} that ends without telling its end has failed, whatever its exit code`, async () => {
    await using on = await stage(name, sample.prints.slice(0, -1));
    const { outcome } = await witness(must(makeAgent(name, {})), on.path);
    assertEquals([outcome.outcome, outcome.exitCode], ["failed", 0]);
  });

  Deno.test(`${name} has lost its conversation where it ends at once instead of continuing`, async () => {
    await using on = await stage(name, [], "echo No such session. >&2; exit 1");
    const agent = must(makeAgent(name, {}));
    const { outcome } = await witness(agent, on.path, { resume: "c1" });
    assertEquals([outcome.outcome, outcome.session], ["lost", undefined]);
    const { outcome: first } = await witness(agent, on.path);
    assertEquals(first.outcome, "failed");
  });

  Deno.test(`${name} is missing if there is no program of its name`, async () => {
    using _ = withEnv({ PATH: "/nowhere" });
    const available = await must(makeAgent(name, {})).available();
    assertEquals(!available.ok && available.failure.reason, "agent_missing");
  });
}
