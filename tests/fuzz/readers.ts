/** What reads text that parex has not written, with texts to begin from. */
import { claudeReader } from "../../src/agent/claude_stream.ts";
import { addLine, NO_OUTPUT, type OutputState } from "../../src/agent/output.ts";
import { parseStream } from "../../src/agent/stream_json.ts";
import { judge } from "../../src/agent/verdict.ts";
import { plansIn } from "../../src/claude_code/plans.ts";
import { linesOf as linesOfStream, readTranscript } from "../../src/claude_code/transcript.ts";
import { recordOf } from "../../src/domain/record.ts";
import { answer } from "../../src/hook/hook.ts";
import { readIndex } from "../../src/plan/plan_index.ts";
import { editInlineStatus, editStatus } from "../../src/plan/status_edit.ts";
import { readTaskFile } from "../../src/plan/task_file.ts";
import { linesOf } from "../../src/report/live/event_lines.ts";
import { summarize } from "../../src/report/run/summary.ts";
import { reportText } from "../../src/report/run/text.ts";
import { parseJournal } from "../../src/journal/store.ts";
import {
  called,
  fenced,
  planText,
  said,
  taskText,
  transcript,
} from "../claude_code/conversation.ts";
import { ALLOWED, DENIED } from "../hook/shell/command_lines.ts";
import { inlinePlan } from "../plan/folder.ts";
import { sampleEvents } from "../report/sample_run.ts";
import { planFiles } from "../support/plan_files.ts";

export interface Reader {
  name: string;
  corpus: readonly string[];
  /** Reads an input. A throw is a bug, and so is a text that says what is wrong with the result. */
  read(input: Uint8Array): Promise<string | undefined> | string | undefined;
}

const text = (input: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
const example = (path: string) =>
  Deno.readTextFileSync(new URL(`../../examples/todo-cli/${path}`, import.meta.url));

const SAMPLE = planFiles({ a: {}, b: { after: ["a"], labels: ["x", "y"] } });

const plan: Reader = {
  name: "plan",
  corpus: [
    example("plan.yaml"),
    inlinePlan({ a: [], b: ["a"] }),
    planText(["a", "b"]),
    SAMPLE[".parallel/plans/plan.yaml"] ?? "",
  ],
  read(input) {
    const { problems, entries } = readIndex(text(input), "/plan.yaml");
    editInlineStatus(text(input), entries[0]?.id.value ?? "a", "completed");
    const misplaced = problems.find(({ line, column }) => !(line >= 1 && column >= 1));
    return misplaced && `a problem without a place: ${misplaced.message}`;
  },
};

const taskFile: Reader = {
  name: "task-file",
  corpus: [
    example("tasks/task-0.md"),
    example("tasks/task-3.md"),
    taskText("a"),
    ...Object.values(SAMPLE).slice(1),
  ],
  read(input) {
    const { problems } = readTaskFile(text(input), "/a.md");
    editStatus(text(input), "completed");
    const misplaced = problems.find(({ line, column }) => !(line >= 1 && column >= 1));
    return misplaced && `a problem without a place: ${misplaced.message}`;
  },
};

const journal: Reader = {
  name: "journal",
  corpus: [sampleEvents().map((event) => JSON.stringify(event)).join("\n") + "\n"],
  read(input) {
    const events = parseJournal(text(input));
    for (const event of events) linesOf(event, { color: false });
    reportText(summarize(recordOf(events)), { color: false, columns: 80 });
    return undefined;
  },
};

const STREAM = [
  {
    type: "system",
    subtype: "init",
    session_id: "s-1",
    model: "claude-haiku-5-5",
    tools: ["Bash"],
  },
  {
    type: "assistant",
    message: {
      id: "m-1",
      model: "claude-haiku-5-5",
      content: [{ type: "text", text: "I look." }, {
        type: "tool_use",
        id: "t",
        name: "Edit",
        input: { file_path: "/w/a.ts" },
      }],
      usage: {
        input_tokens: 12,
        output_tokens: 3,
        cache_read_input_tokens: 4,
        cache_creation_input_tokens: 5,
      },
    },
  },
  { type: "user", message: { content: [{ type: "tool_result", content: "ok" }] } },
  { type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1_790_000_000 } },
  {
    type: "result",
    subtype: "success",
    is_error: false,
    result: "Did it.",
    session_id: "s-1",
    total_cost_usd: 0.12,
    num_turns: 3,
    usage: { input_tokens: 12, output_tokens: 3 },
    modelUsage: { "claude-haiku-5-5": { inputTokens: 12, outputTokens: 3, costUSD: 0.12 } },
  },
];

const streamJson: Reader = {
  name: "stream-json",
  corpus: [STREAM.map((message) => JSON.stringify(message)).join("\n") + "\n"],
  read(input) {
    const parser = parseStream();
    const listen = claudeReader();
    const middle = input.length >> 1;
    const messages = [
      ...parser.push(input.subarray(0, middle)),
      ...parser.push(input.subarray(middle)),
      ...parser.end(),
    ];
    const told = messages.reduce<OutputState>(
      (told, message) => addLine(told, listen(message), undefined),
      NO_OUTPUT,
    );
    const { outcome } = judge({
      told,
      end: { code: 0, by: "itself", ms: 1 },
      stderr: text(input).slice(0, 2000),
      dropped: parser.dropped(),
      resumed: false,
    });
    const wrong = Object.values(told.usage).find((value) =>
      typeof value === "number" && !(value >= 0)
    );
    return wrong === undefined ? (outcome ? undefined : "no outcome") : `a usage of ${wrong}`;
  },
};

const hookEvent = (body: Record<string, unknown>) =>
  JSON.stringify({ session_id: "s", transcript_path: "/t.jsonl", cwd: "/w/worktrees/a", ...body });

/** The environment of an agent that parex has started. */
export const IN_THE_AGENT = {
  HOME: "/home/x",
  PAREX_TASK_ID: "a",
  PAREX_WORKTREE: "/w/worktrees/a",
  PAREX_TASK_FILE: "/w/.parallel/plans/tasks/a.md",
  PAREX_ATTEMPT: "1",
  PAREX_RUN_ID: "run-1",
};

const hook: Reader = {
  name: "hook",
  corpus: [
    hookEvent({ hook_event_name: "UserPromptSubmit", prompt: "work on these tasks in parallel" }),
    hookEvent({
      hook_event_name: "PreToolUse",
      tool_name: "Write",
      tool_input: { file_path: "../x", content: "" },
    }),
    ...[...DENIED, ...ALLOWED].map((command) =>
      hookEvent({ hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command } })
    ),
  ],
  async read(input) {
    for (const env of [IN_THE_AGENT, {}]) {
      // An end of an agent asks git, which is not what is tried here.
      if (/"Stop"|SessionStart/.test(text(input))) continue;
      const { code, stdout } = await answer(text(input), env, "/nowhere");
      if (stdout !== "" && typeof JSON.parse(stdout) !== "object") return "stdout is no object";
      if (code !== 0 && code !== 2) return `exit code ${code}`;
    }
    return undefined;
  },
};

const conversation: Reader = {
  name: "transcript",
  corpus: [
    transcript(
      said(fenced("yaml", planText(["a", "b"]))),
      said(fenced("markdown", taskText("a"), "````")),
      called("Write", { file_path: "/w/tasks/b.md", content: taskText("b") }),
      called("Edit", { file_path: "/w/tasks/b.md", old_string: "Do b", new_string: "Do it" }),
    ),
  ],
  async read(input) {
    // A `Blob` would keep its bytes for as long as the process lives.
    const lines = linesOfStream(ReadableStream.from([input]));
    plansIn(await readTranscript(lines));
    return undefined;
  },
};

export const READERS: readonly Reader[] = [plan, taskFile, journal, streamJson, hook, conversation];
