import { stripVTControlCharacters } from "node:util";
import { cutLine } from "../util/text.ts";

const KEPT_BYTES = 8 * 1024;

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
