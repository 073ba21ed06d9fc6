import { BoundedLog } from "../util/bounded_log.ts";
import { messageOf } from "../util/text.ts";

/** The file that keeps what an agent prints: of a long output, the beginning and the end. */
export interface Transcript {
  /** Writes at once, so that a slow disk slows the agent down instead of filling the memory. */
  write(chunk: Uint8Array): void;
  /** Why something could not be written; undefined if all was. */
  lost(): string | undefined;
  close(): void;
}

/** Of an attempt. */
const BOUNDS = { head: 1 << 20, tail: 3 << 20 };

/**
 * Opens a transcript that only this user can read. A write that fails is kept for `lost()`: what an
 * agent prints comes when no caller can handle an error.
 */
export function openTranscript(path: string): Transcript {
  const wordsOf = (error: unknown) => `cannot write the transcript ${path}: ${messageOf(error)}`;
  let lost: string | undefined;
  let file: BoundedLog | undefined;
  const attempt = (work: () => void) => {
    if (lost !== undefined) return;
    try {
      work();
    } catch (error) {
      lost = wordsOf(error);
    }
  };
  attempt(() => file = new BoundedLog(path, BOUNDS));
  return {
    write: (chunk) => attempt(() => file?.write(chunk)),
    lost: () => lost,
    close: () => {
      try {
        file?.[Symbol.dispose]();
      } catch (error) {
        lost ??= wordsOf(error);
      }
    },
  };
}
