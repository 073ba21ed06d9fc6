import { resolve } from "node:path";
import type { AnyActorRef, InspectionEvent } from "xstate";
import type { OperationFailure } from "../domain/failure.ts";
import { redact } from "../domain/redact.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { messageOf } from "../util/text.ts";

export interface Inspector {
  inspect: (event: InspectionEvent) => void;
  /** Nothing is written after it. */
  close(): void;
}

/** The variable that names the file. */
export const INSPECT_VARIABLE = "PAREX_INSPECT";

/**
 * Writes what the machines do to a file, one JSON object per line: each event that an actor received, and for
 * a machine the state that it led to. Contexts are left out: a run's holds its whole schedule. Secrets are
 * redacted as in the journal. Fails with `io_failed` if the file cannot be written.
 */
export function openInspector(
  path: string,
  secrets: () => readonly string[],
): Result<Inspector, OperationFailure> {
  const absolute = resolve(path);
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(absolute, { create: true, append: true, mode: 0o600 });
  } catch (error) {
    const detail = messageOf(error);
    return fail({ reason: "io_failed", path: absolute, detail });
  }
  const encoder = new TextEncoder();
  let closed = false;
  const inspect = (inspected: InspectionEvent) => {
    if (closed || inspected.type !== "@xstate.snapshot") return;
    const { actorRef, event, snapshot } = inspected;
    const at = new Date().toISOString();
    const line = {
      at,
      actor: (actorRef as AnyActorRef).id,
      event,
      status: snapshot.status,
      ...stateOf(snapshot),
    };
    const clean = (_: string, value: unknown) =>
      typeof value === "string" ? redact(value, secrets()) : value;
    file.writeSync(encoder.encode(JSON.stringify(line, clean) + "\n"));
  };
  const close = () => {
    if (!closed) file.close();
    closed = true;
  };
  return ok({ inspect, close });
}

/** Only a machine is in a state; a port is active, done or stopped. */
function stateOf(snapshot: object): { state?: unknown } {
  return "value" in snapshot ? { state: snapshot.value } : {};
}
