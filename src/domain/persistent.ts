/**
 * Numbers and sets of numbers that never change: a changed copy shares all but one row with the old
 * one. Plain JSON, so that they can be part of a machine's context.
 */

/** Numbers by index, in rows of 64. */
export type Counts = readonly (readonly number[])[];

const ROW_BITS = 6;
const ROW = 1 << ROW_BITS;

export function countsOf(numbers: readonly number[]): Counts {
  return Array.from(
    { length: Math.ceil(numbers.length / ROW) },
    (_, row) => numbers.slice(row * ROW, (row + 1) * ROW),
  );
}

export function countAt(counts: Counts, at: number): number {
  return counts[at >> ROW_BITS]?.[at & (ROW - 1)] ?? 0;
}

/** The counts with `change` added to the one at this index, which must exist. */
export function addTo(counts: Counts, at: number, change: number): Counts {
  const row = at >> ROW_BITS;
  return counts.with(row, (counts[row] ?? []).with(at & (ROW - 1), countAt(counts, at) + change));
}

/** A set of whole numbers from 0, as bits, 32 in each word. */
export type NumberSet = readonly number[];

const WORD_BITS = 5;
const WORD = 1 << WORD_BITS;

/** A set that can hold the numbers below `size`. */
export function numberSet(size: number, members: Iterable<number> = []): NumberSet {
  const words = new Array<number>(Math.ceil(size / WORD)).fill(0);
  for (const member of members) {
    const word = member >> WORD_BITS;
    words[word] = (words[word] ?? 0) | bitOf(member);
  }
  return words;
}

export function has(set: NumberSet, member: number): boolean {
  return ((set[member >> WORD_BITS] ?? 0) & bitOf(member)) !== 0;
}

export function withMember(set: NumberSet, member: number): NumberSet {
  const word = member >> WORD_BITS;
  return set.with(word, (set[word] ?? 0) | bitOf(member));
}

export function withoutMember(set: NumberSet, member: number): NumberSet {
  const word = member >> WORD_BITS;
  return set.with(word, (set[word] ?? 0) & ~bitOf(member));
}

export function isEmpty(set: NumberSet): boolean {
  return set.every((word) => word === 0);
}

/** The `count` smallest members, in ascending order. */
export function smallest(set: NumberSet, count: number): number[] {
  const found: number[] = [];
  for (let word = 0; word < set.length && found.length < count; word++) {
    for (let bits = set[word] ?? 0; bits !== 0 && found.length < count; bits &= bits - 1) {
      found.push(word * WORD + WORD - 1 - Math.clz32(bits & -bits));
    }
  }
  return found;
}

function bitOf(member: number): number {
  return 1 << (member & (WORD - 1));
}
