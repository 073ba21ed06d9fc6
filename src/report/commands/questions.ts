import { oneLine, printable, shellWord } from "../escape.ts";
import { wrap } from "../layout.ts";

/** The open questions of a plan's agents, each with the command that answers it. */
export function questionsText(
  questions: readonly { task: string; question: string }[],
  { columns }: { columns: number },
): string {
  if (questions.length === 0) return "no open questions\n";
  return questions.map(({ task, question }) =>
    [
      oneLine(task),
      ...wrap(printable(question), columns - 2).map((line) => `  ${line}`),
      `  answer it: parex answer ${shellWord(task)} "…"`,
    ].map((line) => `${line}\n`).join("")
  ).join("\n");
}
