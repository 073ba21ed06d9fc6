import { TIMEOUTS } from "../domain/timeouts.ts";
import { createActor, toPromise } from "xstate";
import type { RunOutcome } from "../../machines/ports.ts";
import type { Failure } from "../domain/failure.ts";
import { emptyRecord, type RunRecord } from "../domain/record.ts";
import { processEnv } from "../exec/env.ts";
import { shutdown } from "../exec/shutdown.ts";
import { INSPECT_VARIABLE, openInspector } from "./inspect.ts";
import { type ExecuteInput, Ports } from "./ports.ts";

export interface Execution {
  /** Settles when no process of the run is left. Rejects for bugs only. */
  done: Promise<{ outcome: RunOutcome; record: RunRecord }>;
  /** Asks everything to stop; the tasks in progress become pending again. */
  interrupt(): void;
  /** Kills everything at once, which settles `done`. */
  abort(): Promise<void>;
}

/** Executes a plan: starts the run's machine, with the ports that do the work. */
export function execute(input: ExecuteInput): Execution {
  const ports = new Ports(
    input,
    (why = {}) => actor.send({ type: "INTERRUPT", ...why }),
  );
  const path = processEnv()[INSPECT_VARIABLE];
  const inspector = path ? openInspector(path, () => ports.secrets) : undefined;
  if (inspector && !inspector.ok) {
    ports.close();
    return refusal(inspector.failure);
  }
  const watched = inspector ? { inspect: inspector.value.inspect } : {};
  const actor = createActor(ports.machine(), { id: "run", ...watched });
  const { promise: aborted, resolve: endNow } = Promise.withResolvers<RunOutcome>();
  const ended = Promise.race([toPromise(actor), aborted]).catch(async (bug) => {
    await shutdown(TIMEOUTS.shutdown);
    ports.close();
    throw bug;
  }).finally(() => inspector?.value.close());
  actor.start();
  return {
    done: ended.then((outcome) => ({
      outcome: ports.lost ? { kind: "refused", failure: ports.lost } : outcome,
      record: ports.record,
    })),
    interrupt: () => actor.send({ type: "INTERRUPT" }),
    abort: async () => {
      await shutdown(0);
      ports.close({ kind: "interrupted" });
      endNow({ kind: "interrupted" });
    },
  };
}

/** A run that did not start. */
function refusal(failure: Failure): Execution {
  return {
    done: Promise.resolve({ outcome: { kind: "refused", failure }, record: emptyRecord() }),
    interrupt: () => {},
    abort: () => Promise.resolve(),
  };
}
