import fc from "fast-check";
import { excerptOf } from "../../src/domain/excerpt.ts";
import { assert } from "../support/assert.ts";

const NOISE = Array.from({ length: 40 }, (_, i) => `done with step ${i}`);

/** What tools print, and the line of it that a person needs. */
const OUTPUTS: Record<string, { output: string; needed: string }> = {
  tap: {
    output: `not ok 2 - adds
  ---
  location: '/code/a.test.js:3:1'
  failureType: 'testCodeFailure'
  error: |-
    Expected values to be strictly equal:

    4 !== 3
  code: 'ERR_ASSERTION'
  ...`,
    needed: "    4 !== 3",
  },
  "node's spec reporter": {
    output: `✖ adding (14.4ms)
${Array.from({ length: 20 }, (_, at) => `✔ fine ${at} (0.1ms)`).join("\n")}

✖ failing tests:

test at n.test.mjs:32:25
✖ adds (13.7ms)
  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:

  4 !== 3`,
    needed: "  4 !== 3",
  },
  jest: {
    output: `FAIL ./a.spec.js
${Array.from({ length: 20 }, (_, at) => `  ✓ fine ${at} (1 ms)`).join("\n")}

  ● adds

    expect(received).toBe(expected) // Object.is equality

    Expected: 3
    Received: 4`,
    needed: "    Received: 4",
  },
  vitest: {
    output: ` FAIL  a.test.ts > adds
AssertionError: expected 4 to be 3 // Object.is equality`,
    needed: "AssertionError: expected 4 to be 3 // Object.is equality",
  },
  pytest: {
    output: `____ test_adds ____

    def test_adds():
>       assert add(1, 2) == 4
E       assert 3 == 4

test_a.py:5: AssertionError`,
    needed: "E       assert 3 == 4",
  },
  "go test": {
    output: `--- FAIL: TestAdd (0.00s)
    add_test.go:8: got 4, want 3`,
    needed: "    add_test.go:8: got 4, want 3",
  },
  cargo: {
    output: `---- tests::adds stdout ----
thread 'tests::adds' panicked at src/lib.rs:10:9:
assertion \`left == right\` failed
  left: 4
 right: 3`,
    needed: " right: 3",
  },
  tsc: {
    output: "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
    needed: "src/a.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
  },
  eslint: {
    output: `/code/src/a.js
  3:7  error  'x' is assigned a value but never used  no-unused-vars`,
    needed: "/code/src/a.js",
  },
};

for (const [tool, { output, needed }] of Object.entries(OUTPUTS)) {
  Deno.test(`the excerpt of a failed check shows the failure that ${tool} reports`, () => {
    const lines = [...NOISE, ...output.split("\n"), ...NOISE];
    const excerpt = excerptOf(lines, 16);
    assert(excerpt.includes(needed), excerpt.join("\n"));
    assert(excerpt.length <= 16, excerpt.join("\n"));
  });
}

Deno.test("the excerpt of an output in no known format is its end", () => {
  const excerpt = excerptOf(NOISE, 5);
  assert(excerpt.at(-1) === NOISE.at(-1) && excerpt.length === 5);
});

Deno.test("an excerpt is never longer than asked for, and keeps the last line", () => {
  const known = Object.values(OUTPUTS).flatMap(({ output }) => output.split("\n"));
  const line = fc.oneof(fc.constantFrom(...known), fc.string());
  fc.assert(fc.property(fc.array(line), fc.integer({ min: 5, max: 60 }), (lines, limit) => {
    const excerpt = excerptOf(lines, limit);
    assert(excerpt.length <= limit && excerpt.at(-1) === lines.at(-1));
  }));
});
