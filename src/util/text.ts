const LINE_LENGTH = 120;
const DETAIL_LENGTH = 2_000;

/** Text as one line, without control characters; `printable` in `report` shows them instead. */
export function plainLine(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are what it takes out
  return text.replace(/[\s\x00-\x1f\x7f-\x9f]+/g, " ").trim();
}

/** The beginning of a text, no longer than `max`. */
export function startOf(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** The end of a text, no longer than `max`. */
export function endOf(text: string, max: number): string {
  return text.length <= max ? text : `…${text.slice(1 - max)}`;
}

/** A line for the list of what agents are doing. */
export function cutLine(line: string): string {
  return startOf(plainLine(line), LINE_LENGTH);
}

/** The end of an agent's final message. */
export function cutDetail(text: string): string {
  return endOf(text.trim(), DETAIL_LENGTH);
}

/** Text without the escapes by which terminals are coloured and moved about in. */
export function stripAnsi(text: string): string {
  // deno-lint-ignore no-control-regex -- escapes are what it takes out
  return text.replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])/g, "");
}

/** The message of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
