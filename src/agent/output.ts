import { stripVTControlCharacters } from "node:util";

const KEPT_BYTES = 8 * 1024;
const LINE_LENGTH = 120;
const DETAIL_LENGTH = 2_000;

/** The end of an output of any size. */
export interface Tail {
  push(chunk: Uint8Array): void;
  /** Without colours and cursor movements. */
  text(): string;
  /** Its last line that is not empty, cut to a few words' length. */
  lastLine(): string;
}

/** Keeps the last kilobytes of what it is given. */
export function keepTail(): Tail {
  let kept: Uint8Array = new Uint8Array();
  const text = () => stripVTControlCharacters(new TextDecoder().decode(kept));
  return {
    push(chunk) {
      const rest = kept.subarray(Math.max(0, kept.length + chunk.length - KEPT_BYTES));
      const joined = new Uint8Array(Math.min(KEPT_BYTES, rest.length + chunk.length));
      joined.set(rest);
      joined.set(chunk.subarray(Math.max(0, chunk.length - KEPT_BYTES)), rest.length);
      kept = joined;
    },
    text,
    lastLine: () => cutLine(text().trimEnd().split(/[\r\n]/).at(-1) ?? ""),
  };
}

/** A line as it can stand in a list of what agents are doing. */
export function cutLine(line: string): string {
  const flat = line.replace(/\s+/g, " ").trim();
  return flat.length <= LINE_LENGTH ? flat : `${flat.slice(0, LINE_LENGTH - 1)}…`;
}

/** The end of an agent's last words. */
export function cutDetail(text: string): string {
  const trimmed = text.trim();
  return trimmed.length <= DETAIL_LENGTH ? trimmed : `…${trimmed.slice(1 - DETAIL_LENGTH)}`;
}
