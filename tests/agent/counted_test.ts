/** Nothing that a client reports is counted twice or lost, however its attempts end. */
import fc from "fast-check";
import { PROGRAMS } from "../../src/agent/agents.ts";
import { addLine, NO_OUTPUT, type OutputState } from "../../src/agent/output.ts";
import type { StreamMessage } from "../../src/agent/stream_json.ts";
import type { Usage } from "../../src/domain/event.ts";
import { addUsage } from "../../src/domain/metrics.ts";
import { assertEquals } from "../support/assert.ts";

/** What one answer of the model counts; the cost in millionths of a US dollar. */
interface Turn {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  cost: number;
}

interface Attempt {
  turns: Turn[];
  /** It comes to its end; otherwise it is killed. */
  ends: boolean;
  /** It begins another conversation, if the one before has ended. */
  begins: boolean;
}

interface Client {
  program: keyof typeof PROGRAMS;
  /** What an attempt prints that makes these turns in a conversation after the earlier ones. */
  prints(turns: Turn[], earlier: Turn[]): StreamMessage[];
  /** What it prints at its end. */
  endsWith(turns: Turn[], earlier: Turn[]): StreamMessage[];
  /** What a killed attempt has used is never reported. */
  losesKilled?: true;
  /** It reports no cost. */
  free?: true;
}

const sum = (turns: Turn[]): Turn =>
  turns.reduce((a, b) => ({
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    cost: a.cost + b.cost,
  }), { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cost: 0 });

const CLIENTS: Record<string, Client> = {
  "claude 2.1.332": claude("2.1.332"),
  "claude 2.1.197": { ...claude("2.1.197"), losesKilled: true },
  codex: {
    program: "codex",
    prints: () => [{ type: "thread.started", thread_id: "c" }],
    endsWith: (turns, earlier) => {
      const all = sum([...earlier, ...turns]);
      const usage = {
        input_tokens: all.input + all.cacheRead + all.cacheWrite,
        cached_input_tokens: all.cacheRead,
        cache_write_input_tokens: all.cacheWrite,
        output_tokens: all.output,
      };
      return [{ type: "turn.completed", usage }];
    },
    free: true,
  },
  gemini: {
    program: "gemini",
    prints: () => [{ type: "init", session_id: "c", model: "m" }],
    endsWith: (turns) => {
      const { input, output, cacheRead, cacheWrite } = sum(turns);
      const stats = {
        input_tokens: input + cacheWrite + cacheRead,
        output_tokens: output,
        cached: cacheRead,
      };
      return [{ type: "result", status: "success", stats }];
    },
    losesKilled: true,
    free: true,
  },
  opencode: {
    program: "opencode",
    prints: (turns) =>
      turns.map(({ input, output, cacheRead, cacheWrite, cost }) => {
        const tokens = {
          input,
          output,
          reasoning: 0,
          cache: { read: cacheRead, write: cacheWrite },
        };
        const part = { reason: "tool-calls", tokens, cost: cost / 1e6 };
        return { type: "step_finish", sessionID: "c", part };
      }),
    endsWith: () => [],
  },
  pi: {
    program: "pi",
    prints: (turns) =>
      turns.map(({ cost, ...tokens }) => {
        const usage = { ...tokens, cost: { total: cost / 1e6 } };
        return { type: "message_end", message: { role: "assistant", content: [], usage } };
      }),
    endsWith: () => [{ type: "agent_end", messages: [{ role: "assistant", stopReason: "stop" }] }],
  },
};

function claude(version: string): Client {
  const tokens = ({ input, output, cacheRead, cacheWrite }: Turn) => ({
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
  });
  return {
    program: "claude",
    prints: (turns, earlier) => [
      { type: "system", subtype: "init", session_id: "c", claude_code_version: version },
      ...turns.flatMap((turn, at) => {
        const message = { id: `m${earlier.length + at}`, model: "m", content: [] };
        // Each line of a turn repeats what the turn has used so far.
        return [{ ...turn, output: turn.output >> 1 }, turn].map((so) => ({
          type: "assistant",
          message: { ...message, usage: tokens(so) },
        }));
      }),
    ],
    endsWith: (turns, earlier) => {
      const all = sum(version === "2.1.332" ? [...earlier, ...turns] : turns);
      const { input, output, cacheRead, cacheWrite } = all;
      const costUSD = all.cost / 1e6;
      const used = {
        inputTokens: input,
        outputTokens: output,
        cacheReadInputTokens: cacheRead,
        cacheCreationInputTokens: cacheWrite,
        costUSD,
      };
      const end = { type: "result", subtype: "success", is_error: false, result: "Done." };
      return [{ ...end, total_cost_usd: costUSD, modelUsage: { m: used } }];
    },
  };
}

const count = fc.nat(100_000);
const turn = fc.record<Turn>({
  input: count,
  output: count,
  cacheRead: count,
  cacheWrite: count,
  cost: count,
});
const attempt = fc.record<Attempt>({
  turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
  ends: fc.boolean(),
  begins: fc.boolean(),
});

/** The sum of what the attempts reported, each told what its conversation had used before. */
function countedBy(client: Client, attempts: Attempt[]): Usage {
  const { listen } = PROGRAMS[client.program];
  let total: Usage = {};
  let before: Usage = {};
  let earlier: Turn[] = [];
  for (const { turns, ends, begins } of attempts) {
    if (begins) [before, earlier] = [{}, []];
    const hear = listen();
    const lines = client.prints(turns, earlier);
    if (ends) lines.push(...client.endsWith(turns, earlier));
    const { usage } = lines.reduce<OutputState>(
      (told, line) => addLine(told, hear(line), before),
      NO_OUTPUT,
    );
    total = addUsage(total, usage);
    before = addUsage(before, usage);
    earlier = [...earlier, ...turns];
  }
  return total;
}

for (const [name, client] of Object.entries(CLIENTS)) {
  Deno.test(`what ${name} used is counted once, over repairs, kills and new conversations`, () => {
    fc.assert(fc.property(fc.array(attempt, { minLength: 1, maxLength: 6 }), (random) => {
      const attempts = random.map((one, at): Attempt => ({
        ...one,
        ends: one.ends || client.losesKilled === true || at === random.length - 1,
        // What a killed attempt used is told by the end of its conversation.
        begins: one.begins && (random[at - 1]?.ends ?? true),
      }));
      const counted = countedBy(client, attempts);
      const served = sum(attempts.flatMap(({ turns }) => turns));
      const written = counted.cache_write_tokens ?? 0;
      // gemini's stream has no word for tokens that are written to the cache: they are input.
      assertEquals((counted.input_tokens ?? 0) + written, served.input + served.cacheWrite);
      assertEquals(counted.output_tokens, served.output);
      assertEquals(counted.cache_read_tokens, served.cacheRead);
      if (!client.free) assertEquals(Math.round((counted.cost_usd ?? 0) * 1e6), served.cost);
    }));
  });
}
