/**
 * The assertions that the tests use, typed: the npm package that brings Deno's std carries no types.
 */
// @ts-types="./deno_std_assert.d.ts"
export {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertThrows,
} from "deno-std/assert/mod.js";
