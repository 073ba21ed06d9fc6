import { answer } from "../../src/hook/hook.ts";
import { readIndex } from "../../src/plan/plan_index.ts";
import { parseJournal } from "../../src/journal/store.ts";
import { sampleEvents } from "../report/sample_run.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { fuzz } from "./fuzz.ts";
import { mutant } from "./mutate.ts";
import { IN_THE_AGENT, READERS } from "./readers.ts";

const RUNS = 300;

for (const reader of READERS) {
  Deno.test(`the ${reader.name} reader has a defined answer to ${RUNS} inputs that are almost right`, async () => {
    // The memory is that of all tests before, so only the long form looks at it.
    const { problems } = await fuzz(reader, RUNS, 1);
    assertEquals(problems.filter(({ what }) => !what.endsWith("of memory")), []);
  });
}

Deno.test("mutant() gives the same input for the same seed", () => {
  assertEquals(mutant(["id: a\n"], 7), mutant(["id: a\n"], 7));
});

Deno.test("blocks within blocks beyond measure are a problem of the plan, at its place", () => {
  const { problems } = readIndex("- ".repeat(3_000) + "x\ny: z\n", "/plan.yaml");
  assertEquals(problems[0]?.code, "too-deep");
});

Deno.test("a journal's line that lacks something is passed over, and the others count", () => {
  const [first, ...others] = sampleEvents().map((event) => JSON.stringify(event));
  const torn = [
    '{"v":1,"seq":2,"at":"yesterday","run":"r","type":"notice","message":"x"}',
    '{"v":1,"seq":2,"at":"2026-11-22T09:00:00Z","run":"r","type":"notice"}',
    '{"v":1,"seq":2,"at":"2026-11-22T09:00:00Z","run":"r","type":"task.status","task":"a","from":"x","to":"y"}',
    '{"v":1,"seq":2,"at":"2026-11-22T09:00:00Z","run":"r","type":"constructor"}',
    "null",
  ];
  const text = [first, ...torn, ...others].map((line) => `${line}\n`).join("");
  assertEquals(parseJournal(text), sampleEvents());
});

/** Command lines that consist of one part again and again. */
const LONG_LINES: Record<string, [begin: string, part: string, end: string]> = {
  "a find with thousands of commands": ["find .. ", "-exec sed 'x' ", "-i s/a/b/ {} +"],
  "a sed with thousands of scripts": ["sed -i ", "-e p ", "src/a.ts"],
  "a path of thousands of folders": ["touch ", "src/", "a.ts"],
};

for (const [what, [begin, part, end]] of Object.entries(LONG_LINES)) {
  Deno.test(`${what} is judged as fast as it is long`, async () => {
    const timeOf = async (length: number) => {
      const command = begin + part.repeat(length / part.length) + end;
      const event = { hook_event_name: "PreToolUse", tool_name: "Bash", tool_input: { command } };
      const begun = performance.now();
      const { stdout } = await answer(JSON.stringify({ ...event, cwd: "/w" }), IN_THE_AGENT, "/w");
      assertMatch(stdout, /"permissionDecision":"(allow|deny)"/);
      return performance.now() - begun;
    };
    // The least of several: what else the machine does meanwhile is no work of the reader's.
    const leastOf = async (length: number) =>
      Math.min(await timeOf(length), await timeOf(length), await timeOf(length));
    const [few, many] = [await leastOf(6_000), await leastOf(120_000)];
    // Twenty times as long: a reader that takes the square of it needs 400 times as much.
    assert(many < 60 * Math.max(few, 10), `${few} ms, then ${many} ms`);
  });
}
