import type { Failure } from "./failure.ts";
import { fail, ok, type Result } from "./result.ts";

/** An expected failure, thrown: it ends the script. Anything else that is thrown is a bug. */
export class Failed extends Error {
  override name = "Failed";

  constructor(readonly failure: Failure) {
    super(JSON.stringify(failure));
  }
}

/**
 * The one door from scripts, which throw, to code that decides by values: what a script returned,
 * or the failure that ended it. A bug is thrown on.
 */
export async function resultOf<T>(script: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return ok(await script());
  } catch (error) {
    if (error instanceof Failed) return fail(error.failure);
    throw error;
  }
}

/** The way back: the value of a result, for a script. Throws `Failed`. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new Failed(result.failure);
}
