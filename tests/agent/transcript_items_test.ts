import fc from "fast-check";
import { readTranscript } from "../../src/agent/transcript_items.ts";
import type { TranscriptItem } from "../../src/domain/transcript_item.ts";
import { assert, assertEquals } from "../support/assert.ts";

/** What each agent prints of the same work, and what a person reads of it. */
const PRINTED: Record<string, { lines: string[]; items: TranscriptItem[] }> = {
  claude: {
    lines: [
      '{"type":"system","subtype":"init","session_id":"s"}',
      '{"type":"assistant","message":{"content":[{"type":"text","text":"Let me look."},{"type":"tool_use","id":"1","name":"Bash","input":{"command":"ls"}}]}}',
      '{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"no such file"}],"is_error":true}]}}',
      '{"type":"assistant","message":{"content":[{"type":"tool_use","id":"2","name":"Edit","input":{"file_path":"a.ts","old_string":"1","new_string":"2"}}]}}',
      '{"type":"result","subtype":"success","is_error":false,"result":"Done."}',
    ],
    items: [
      { kind: "said", text: "Let me look." },
      { kind: "tool", name: "Bash", subject: "ls", result: "no such file", failed: true },
      { kind: "tool", name: "Edit", subject: "a.ts", edit: { before: "1", after: "2" } },
    ],
  },
  codex: {
    lines: [
      '{"type":"item.started","item":{"id":"1","type":"command_execution","command":"ls"}}',
      '{"type":"item.completed","item":{"id":"1","type":"command_execution","command":"ls","aggregated_output":"a.txt\\n","exit_code":0}}',
      '{"type":"item.completed","item":{"id":"2","type":"file_change","changes":[{"path":"a.txt","kind":"update"}]}}',
      '{"type":"item.completed","item":{"id":"3","type":"agent_message","text":"All done."}}',
    ],
    items: [
      { kind: "tool", name: "shell", subject: "ls", result: "a.txt\n" },
      { kind: "tool", name: "update", subject: "a.txt" },
      { kind: "said", text: "All done." },
    ],
  },
  gemini: {
    lines: [
      '{"type":"message","role":"user","content":"PROMPT"}',
      '{"type":"tool_use","tool_name":"run_shell_command","tool_id":"1","parameters":{"command":"ls"}}',
      '{"type":"tool_result","tool_id":"1","status":"success","output":"README.md"}',
      '{"type":"message","role":"assistant","content":"All ","delta":true}',
      '{"type":"message","role":"assistant","content":"done.","delta":true}',
    ],
    items: [
      { kind: "tool", name: "run_shell_command", subject: "ls", result: "README.md" },
      { kind: "said", text: "All done." },
    ],
  },
  copilot: {
    lines: [
      '{"type":"tool.execution_start","data":{"toolCallId":"c","toolName":"bash","arguments":{"command":"ls"}}}',
      '{"type":"tool.execution_complete","data":{"toolCallId":"c","success":true,"result":{"content":"a"}}}',
      '{"type":"assistant.message","data":{"content":"All done."}}',
    ],
    items: [
      { kind: "tool", name: "bash", subject: "ls", result: "a" },
      { kind: "said", text: "All done." },
    ],
  },
  opencode: {
    lines: [
      '{"type":"tool_use","part":{"tool":"bash","state":{"status":"completed","input":{"command":"ls"},"output":"a"}}}',
      '{"type":"text","part":{"text":"All done."}}',
      '{"type":"error","error":{"data":{"message":"no key"}}}',
    ],
    items: [
      { kind: "tool", name: "bash", subject: "ls", result: "a" },
      { kind: "said", text: "All done." },
      { kind: "note", text: "no key", failed: true },
    ],
  },
  pi: {
    lines: [
      '{"type":"tool_execution_start","toolCallId":"1","toolName":"edit","args":{"path":"a.ts","edits":[{"oldText":"1","newText":"2"}]}}',
      '{"type":"tool_execution_end","toolCallId":"1","toolName":"edit","result":{"content":[{"type":"text","text":"changed"}]},"isError":false}',
      '{"type":"message_end","message":{"role":"assistant","stopReason":"stop","content":[{"type":"text","text":"All done."}]}}',
      '{"type":"agent_end","messages":[{"role":"assistant","stopReason":"stop"}]}',
    ],
    items: [
      {
        kind: "tool",
        name: "edit",
        subject: "a.ts",
        edit: { before: "1", after: "2" },
        result: "changed",
      },
      { kind: "said", text: "All done." },
    ],
  },
};

for (const [agent, { lines, items }] of Object.entries(PRINTED)) {
  Deno.test(`readTranscript() tells what ${agent} said and did, with results`, () => {
    assertEquals(readTranscript(agent, lines.join("\n")), items);
  });
}

Deno.test("readTranscript() keeps the output of any other program, without its colours", () => {
  assertEquals(readTranscript("command", "one\n\u001b[31mtwo\u001b[0m\n"), [
    { kind: "output", text: "one\ntwo" },
  ]);
});

Deno.test("readTranscript() never throws, whatever an agent printed", () => {
  const line = fc.oneof(fc.string(), fc.json(), fc.constantFrom(...PRINTED.claude?.lines ?? []));
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(PRINTED)), fc.array(line), (agent, lines) => {
      assert(Array.isArray(readTranscript(agent, lines.join("\n"))));
    }),
  );
});
