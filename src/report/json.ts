import type { RunEvent } from "../domain/event.ts";

/** An event as a line of NDJSON, ended: the same that the journal holds. */
export function jsonLine(event: RunEvent): string {
  return JSON.stringify(event) + "\n";
}
