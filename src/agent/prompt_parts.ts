import type { Answered } from "../domain/question.ts";
import type { Task } from "../domain/task.ts";
import { plainLine } from "../util/text.ts";

/** Which task a prompt is about. */
export function header(task: Pick<Task, "id" | "name">): string {
  return `Task: ${task.id}\nName: ${plainLine(task.name)}`;
}

/** A question of the agent's with what a person decided. */
export function answerSection({ question, answer }: Answered): string {
  return `## Your question, and the answer\n\nYou ended with this question:\n\n${
    fenced(question)
  }\n\n` +
    `This is what was decided. It belongs to the specification:\n\n${fenced(answer)}`;
}

/** The form of commit messages. */
export function messageRule(id: string): string {
  return `The message of every commit has this form, where the type is one of feat, fix, docs, ` +
    `test, refactor, chore:\n\n${
      fenced(`{type}: {brief description}

{detailed explanation if needed}

Implements: ${id}`)
    }`;
}

/** When an attempt may end. */
export function ending(): string {
  return "End only when everything is committed and `git status` shows a clean tree. Your last " +
    "message says in a few sentences what you did.";
}

/** A block whose fence is longer than any in it, so that nothing in it can close it. */
export function fenced(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}\n${text}\n${fence}`;
}

/** Paragraphs, without those that are empty. */
export function sections(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
