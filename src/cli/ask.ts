import process from "node:process";
import type { Io } from "./context.ts";

/** Whether a person can be asked. */
export function canAsk(io: Io): boolean {
  return io.stderrIsTerminal && Deno.stdin.isTerminal();
}

/** Asks a yes-or-no question; cancelling it counts as no. */
export async function confirm(message: string): Promise<boolean> {
  const { confirm } = await import("@clack/prompts");
  const answer = await confirm({ message, initialValue: false, output: process.stderr });
  return answer === true;
}

/** Asks for one of several; returns its index, undefined if cancelled. */
export async function choose(message: string, labels: string[]): Promise<number | undefined> {
  const { select } = await import("@clack/prompts");
  const options = labels.map((label, value) => ({ value, label }));
  const answer = await select({ message, options, output: process.stderr });
  return typeof answer === "number" ? answer : undefined;
}

/** Asks for a text; undefined if it is empty or cancelled. */
export async function writeAnswer(message: string): Promise<string | undefined> {
  const { text } = await import("@clack/prompts");
  const answer = await text({ message, output: process.stderr });
  return typeof answer === "string" && answer.trim() !== "" ? answer.trim() : undefined;
}
