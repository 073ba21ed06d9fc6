/** Numbers and sets that never change, beside their ordinary counterparts. */
import fc from "fast-check";
import {
  addTo,
  countAt,
  countsOf,
  has,
  isEmpty,
  numberSet,
  smallest,
  withMember,
  withoutMember,
} from "../../src/domain/persistent.ts";
import { assertEquals } from "../support/assert.ts";
import { deepFreeze } from "../support/freeze.ts";

const SIZE = 200;
const indices = fc.nat(SIZE - 1);

Deno.test("counts are what an array would be, and the old ones stay as they were", () => {
  fc.assert(fc.property(fc.array(fc.tuple(indices, fc.integer())), (changes) => {
    const plain = Array.from({ length: SIZE }, (_, at) => at);
    let counts = deepFreeze(countsOf(plain));
    for (const [at, change] of changes) {
      counts = deepFreeze(addTo(counts, at, change));
      plain[at] = (plain[at] ?? 0) + change;
    }
    assertEquals(plain.map((_, at) => countAt(counts, at)), plain);
  }));
});

Deno.test("a set has the members that a Set would have, the smallest first", () => {
  const changes = fc.array(fc.tuple(indices, fc.boolean()));
  fc.assert(fc.property(fc.array(indices), changes, fc.nat(SIZE), (first, changes, count) => {
    const plain = new Set(first);
    let set = deepFreeze(numberSet(SIZE, first));
    for (const [member, add] of changes) {
      set = deepFreeze(add ? withMember(set, member) : withoutMember(set, member));
      if (add) plain.add(member);
      else plain.delete(member);
      assertEquals(has(set, member), add);
    }
    const sorted = [...plain].sort((a, b) => a - b);
    assertEquals(smallest(set, count), sorted.slice(0, count));
    assertEquals(isEmpty(set), plain.size === 0);
  }));
});
