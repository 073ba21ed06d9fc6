import { isComplete, plansIn } from "../../src/claude_code/plans.ts";
import { linesOf, readTranscript } from "../../src/claude_code/transcript.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { asked, called, fenced, planText, said, taskText, transcript } from "./conversation.ts";

async function plansOf(text: string | Uint8Array<ArrayBuffer>) {
  return plansIn(await readTranscript(linesOf(new Blob([text]).stream())));
}

/** The texts of the only plan's tasks. */
async function textsOf(...lines: string[]) {
  const plans = await plansOf(transcript(...lines));
  assertEquals(plans.map(({ name }) => name), ["Sample"]);
  return plans[0]?.tasks.map(({ text }) => text);
}

const PLAN = `# Plan

**Type:** Plan

## Plan Structure

${fenced("yaml", planText(["task-0", "task-1"]))}
## Task Details
`;
const [ZERO, ONE] = [taskText("task-0"), taskText("task-1")];
const CODE = `\n\n${fenced("bash", "echo a\n---\nid: task-0\n---")}\n---\n\nMore of it.`;
const RICH = taskText("task-0", CODE);

for (
  const [what, text] of [
    [
      "under headings, without a fence",
      `### Task 0: Do it\n\n${RICH}\n---\n\n### Task 1\n\n${ONE}`,
    ],
    ["under headings of level two", `## task-0\n\n${RICH}\n## task-1\n\n${ONE}`],
    ["without headings", `${RICH}\n---\n\n${ONE}`],
    ["under bold file names", `**tasks/task-0.md**\n\n${RICH}\n**tasks/task-1.md**\n\n${ONE}`],
    [
      "in fences of four",
      `${fenced("markdown", RICH, "````")}\n${fenced("markdown", ONE, "````")}`,
    ],
    [
      "in fences as long as those in them",
      `### Task 0\n\n${fenced("markdown", RICH)}\n### Task 1\n\n${fenced("markdown", ONE)}\nDone.`,
    ],
    [
      "with the frontmatter alone in a fence",
      [RICH, ONE].map((each, at) => {
        const [, head = "", body = ""] = /^(---\n[^]*?\n---)\n\n([^]*)$/.exec(each) ?? [];
        return `### Task ${at}: Do it\n\n${fenced("yaml", head)}\n${body}\n---\n\n`;
      }).join(""),
    ],
    [
      "with frontmatter in a fence that has no rules",
      [RICH, ONE].map((each, at) => {
        const [, head = "", body = ""] = /^---\n([^]*?)\n---\n\n([^]*)$/.exec(each) ?? [];
        return `### Task ${at}: Do it\n\n${fenced("yaml", head)}\n${body}\n`;
      }).join(""),
    ],
  ] as const
) {
  Deno.test(`a plan's tasks are found whole ${what}`, async () => {
    assertEquals(await textsOf(said(PLAN + text)), [RICH, ONE]);
    assertEquals(await textsOf(said((PLAN + text).replaceAll("\n", "\r\n"))), [RICH, ONE]);
  });
}

Deno.test("a task's text without frontmatter is known by its heading and its sections", async () => {
  const [zero, one] = [ZERO, ONE].map((text) => text.slice(text.indexOf("# Do")));
  assertEquals(await textsOf(said(`${PLAN}### Task 0\n${zero}\n### Task 1\n${one}`)), [zero, one]);
  const summary = `${PLAN}### Task 0\nThe first.\n### Task 1\nThe second.\n`;
  assertEquals(await textsOf(said(summary)), [undefined, undefined]);
});

Deno.test("a whole plan in a fence of four is found", async () => {
  assertEquals(await textsOf(said(fenced("markdown", `${PLAN}${ZERO}\n${ONE}`, "````"))), [
    ZERO,
    ONE,
  ]);
});

Deno.test("a plan over several messages is found", async () => {
  assertEquals(await textsOf(said(PLAN), said(ZERO), asked("go on"), said(ONE)), [ZERO, ONE]);
  assertEquals(await textsOf(said(ZERO), said(ONE), said(PLAN)), [ZERO, ONE]);
});

Deno.test("files that were written and edited are found", async () => {
  const write = (name: string, content: string) =>
    called("Write", { file_path: `/repo/.parallel/plans/${name}`, content });
  const edit = called("Edit", {
    file_path: "/repo/.parallel/plans/tasks/task-1.md",
    old_string: "Make task-1.",
    new_string: "Make $& well.",
  });
  const texts = await textsOf(
    write("plan.yaml", planText(["task-0", "task-1"])),
    write("tasks/task-0.md", ZERO),
    write("tasks/task-1.md", ONE),
    edit,
  );
  assertEquals(texts, [ZERO, ONE.replace("Make task-1.", () => "Make $& well.")]);
});

Deno.test("of a plan that was revised the newest complete version is taken", async () => {
  const revised = taskText("task-0", " And more.");
  const more = taskText("task-1", " Even more.");
  assertEquals(
    await textsOf(said(PLAN + ZERO + ONE), asked("more"), said(PLAN + revised + more)),
    [revised, more],
  );
  const torn = PLAN.replace('"Do task-1"', '"Do task-1');
  assertEquals(await textsOf(said(PLAN + ZERO + ONE), said(torn)), [ZERO, ONE]);
});

Deno.test("another plan's tasks are not taken for a plan's own", async () => {
  const plans = await plansOf(transcript(
    said(planned("First") + ZERO),
    said(planned("Second")),
    said(planned("Third") + ZERO + "\nOr:\n\n" + planned("Fourth") + taskText("task-0", " Else.")),
  ));
  assertEquals(plans.map((plan) => [plan.name, isComplete(plan)]), [
    ["Third", true],
    ["Fourth", true],
    ["Second", false],
    ["First", true],
  ]);
  assert(plans[1]?.tasks[0]?.text?.includes("Else."));
});

function planned(name: string): string {
  return `${fenced("yaml", planText(["task-0"], name))}\n`;
}

Deno.test("a plan whose tasks are inline is complete by itself", async () => {
  const text = `metadata: { name: Inline }
tasks:
  - { id: a, name: A, priority: low, dependencies: [], description: "Make a", files: [a.txt] }
`;
  const plans = await plansOf(transcript(said(fenced("yaml", text))));
  assertEquals(plans.map((plan) => [plan.name, plan.inline, isComplete(plan)]), [[
    "Inline",
    1,
    true,
  ]]);
});

for (
  const [what, ...lines] of [
    ["talk about the format", said("A plan has `metadata:` and\n\ntasks:\n  - id: task-0\n")],
    ["a template", said(fenced("yaml", planText(["task-0"], "{title}")) + taskText("task-0"))],
    ["what the user pasted", asked(PLAN + ZERO + ONE)],
    [
      "what a subagent said",
      said(PLAN + ZERO + ONE).replace('"isSidechain":false', '"isSidechain":true'),
    ],
    ["a plan that is not closed", said("```yaml\n" + planText(["task-0"]))],
    ["other YAML", said(fenced("yaml", "tasks:\n  - name: install\n    apt: git\n"))],
  ] as const
) {
  Deno.test(`no plan is found in ${what}`, async () => {
    assertEquals(await plansOf(transcript(...lines)), []);
  });
}

Deno.test("a task's text that may be cut is not taken", async () => {
  const open = `${PLAN}${ZERO}\n${ONE}\n\`\`\`bash\necho never closed\n`;
  assertEquals(await textsOf(said(open)), [ZERO, undefined]);
});

Deno.test("a torn last line, other lines and very long ones are skipped", async () => {
  const long = JSON.stringify({ type: "assistant", message: { content: "x".repeat(17 << 20) } });
  const whole = transcript("not JSON", "null", long, said(PLAN + ZERO + ONE));
  const plans = await plansOf(whole + said(PLAN + taskText("task-0", " Later.")).slice(0, -40));
  assertEquals(plans[0]?.tasks.map(({ text }) => text), [ZERO, ONE]);
});

Deno.test("characters across the chunks of a file stay whole", async () => {
  const bytes = new TextEncoder().encode(transcript(said(PLAN + ZERO + ONE)));
  const chunks = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += 7) controller.enqueue(bytes.slice(at, at + 7));
      controller.close();
    },
  });
  const [plan] = plansIn(await readTranscript(linesOf(chunks)));
  assertEquals(plan?.tasks.map(({ text }) => text), [ZERO, ONE]);
});
