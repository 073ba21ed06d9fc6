import { resultOf } from "../../src/domain/failed.ts";
import type { Failure, Reason } from "../../src/domain/failure.ts";
import type { Result } from "../../src/domain/result.ts";

/** The value of an operation that a test expects to succeed. */
export function must<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Error(`failed: ${JSON.stringify(result.failure, null, 2)}`);
}

/** The failure of an operation that a test expects to fail for this reason. */
export function failureOf<R extends Reason>(
  result: Result<unknown>,
  reason: R,
): Extract<Failure, { reason: R }> {
  if (result.ok) throw new Error(`succeeded: ${JSON.stringify(result.value)}`);
  if (result.failure.reason !== reason) throw new Error(JSON.stringify(result.failure, null, 2));
  return result.failure as Extract<Failure, { reason: R }>;
}

/** The failure of a script that a test expects to end for this reason. */
export async function failureFrom<R extends Reason>(
  script: Promise<unknown>,
  reason: R,
): Promise<Extract<Failure, { reason: R }>> {
  return failureOf(await resultOf(() => script), reason);
}
