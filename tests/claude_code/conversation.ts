/** Transcripts as Claude Code writes them, composed. */

/** A line of what the assistant said. */
export function said(text: string): string {
  return line("assistant", [{ type: "text", text }]);
}

/** A line of a tool that the assistant called. */
export function called(name: string, input: Record<string, unknown>): string {
  return line("assistant", [{ type: "tool_use", id: "toolu_1", name, input }]);
}

/** A line of what the user said. */
export function asked(text: string): string {
  return line("user", text);
}

/** A transcript's text. */
export function transcript(...lines: string[]): string {
  const head = JSON.stringify({ type: "summary", summary: "A conversation", leafUuid: "u" });
  return [head, ...lines].map((each) => `${each}\n`).join("");
}

function line(type: "assistant" | "user", content: unknown): string {
  const envelope = { parentUuid: "p", isSidechain: false, cwd: "/repo", sessionId: "s", uuid: "u" };
  return JSON.stringify({ ...envelope, type, message: { role: type, content } });
}

/** The text of a task file. */
export function taskText(id: string, more = ""): string {
  return `---
id: ${id}
priority: high
status: pending
dependencies: []
labels: []
---

# Do ${id}

## 🎯 Objective

Make ${id}.${more}

## ✅ Acceptance Criteria

- [ ] It is there
`;
}

/** The text of a plan with these tasks. */
export function planText(ids: readonly string[], name = "Sample"): string {
  const tasks = ids.map((id) =>
    `  - id: ${id}
    name: "Do ${id}"
    file: "tasks/${id}.md"
    priority: high
    dependencies: []
`
  );
  return `metadata:\n  name: "${name}"\n  status: ready\n\ntasks:\n${tasks.join("")}`;
}

/** A block of Markdown. */
export function fenced(info: string, text: string, fence = "```"): string {
  return `${fence}${info}\n${text.trimEnd()}\n${fence}\n`;
}
