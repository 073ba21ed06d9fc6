/**
 * The assertions that the tests use, typed: the npm package that brings Deno's std carries no types.
 */
// @ts-types="./deno_std_assert.d.ts"
import { assertEquals as assertStrictlyEqual } from "deno-std/assert/mod.js";

// @ts-types="./deno_std_assert.d.ts"
export { assert, assertMatch, assertRejects, assertThrows } from "deno-std/assert/mod.js";

/** A property that is undefined counts as absent, as in JSON. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assertStrictlyEqual(withoutUndefined(actual), withoutUndefined(expected), message);
}

/** A copy of objects, arrays and maps; what is of another class stays as it is. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (value instanceof Map) {
    return new Map([...value].map(([key, each]) => [key, withoutUndefined(each)]));
  }
  if (!isPlain(value)) return value;
  const defined = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(defined.map(([key, each]) => [key, withoutUndefined(each)]));
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
