import type { Failure } from "./failure.ts";

/** The value of an operation that is expected to fail sometimes. A throw is a bug, never this. */
export type Result<T, F = Failure> = { ok: true; value: T } | { ok: false; failure: F };

export function ok(): Result<void, never>;
export function ok<T>(value: T): Result<T, never>;
export function ok<T>(value?: T): Result<T | undefined, never> {
  return { ok: true, value };
}

export function fail<F>(failure: F): Result<never, F> {
  return { ok: false, failure };
}
