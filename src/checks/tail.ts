import { stripVTControlCharacters } from "node:util";
import { excerptOf } from "../domain/excerpt.ts";

const KEPT_BYTES = 128 * 1024;
const KEPT_LINES = 60;
const KEPT_CHARACTERS = 16 * 1024;

/** Keeps the end of an output of any length, and tells what of it says why a check failed. */
export class Tail {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  add(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    // A copy: a slice would hold on to the whole buffer of the chunk.
    this.#chunks.push(chunk.slice(-KEPT_BYTES));
    this.#cut ||= chunk.length > KEPT_BYTES;
    this.#bytes += Math.min(chunk.length, KEPT_BYTES);
    for (;;) {
      const first = this.#chunks[0];
      if (!first || this.#bytes - first.length < KEPT_BYTES) return;
      this.#chunks.shift();
      this.#bytes -= first.length;
      this.#cut = true;
    }
  }

  /** The lines that say what failed, or the last ones, as a terminal would show them: without escapes, and overwritten lines gone. */
  text(): string {
    const decoded = new TextDecoder().decode(joined(this.#chunks, this.#bytes));
    const lines = stripVTControlCharacters(decoded).trimEnd().split("\n").map(shown);
    // The first line may have lost its start, and with it the start of a character or an escape.
    if (this.#cut && lines.length > 1) lines.shift();
    return excerptOf(lines, KEPT_LINES).join("\n").slice(-KEPT_CHARACTERS);
  }
}

function joined(chunks: Uint8Array[], bytes: number): Uint8Array {
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A progress bar writes over its own line with carriage returns: what it wrote last is shown. */
function shown(line: string): string {
  const written = line.replace(/\r+$/, "");
  return written.slice(written.lastIndexOf("\r") + 1);
}
