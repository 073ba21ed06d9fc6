import { messageOf } from "../util/text.ts";

/** The file that keeps everything an agent prints. */
export interface Transcript {
  /** Writes at once, so that a slow disk slows the agent down instead of filling the memory. */
  write(chunk: Uint8Array): void;
  /** Why something could not be written; undefined if all was. */
  lost(): string | undefined;
  close(): void;
}

/**
 * Opens a transcript that only this user can read. A write that fails is kept for `lost()`: what an
 * agent prints comes when no caller can handle an error.
 */
export function openTranscript(path: string): Transcript {
  let lost: string | undefined;
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  } catch (error) {
    lost = `cannot write the transcript ${path}: ${messageOf(error)}`;
  }
  return {
    write(chunk) {
      if (!file || lost !== undefined) return;
      try {
        for (let at = 0; at < chunk.length;) at += file.writeSync(chunk.subarray(at));
      } catch (error) {
        lost = `cannot write the transcript ${path}: ${messageOf(error)}`;
      }
    },
    lost: () => lost,
    close: () => file?.close(),
  };
}
