import type { Failure } from "./failure.ts";

/** The candidate that a mistyped word most likely means; undefined if none is near. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  let best: string | undefined;
  // Of a single letter, any other one would be near.
  const far = typed.length < 2 ? 0 : Math.min(3, Math.max(1, Math.floor(typed.length * 0.4)));
  let bestDistance = far + 1;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    const beginning = typed.length >= 3 && name.startsWith(typed);
    const distance = beginning ? 1 : editDistance(typed, name);
    // Another number is another thing: one digit may be a slip, two are none.
    if (distance > 1 && withoutDigits(typed) === withoutDigits(name)) continue;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** There is no task with this id among those that are known. */
export function unknownTask(id: string, known: Iterable<string>): Failure {
  const tasks = [...known];
  return { reason: "unknown_task", id, suggestion: closest(id, tasks), tasks };
}

function withoutDigits(word: string): string {
  return word.replaceAll(/\d/g, "");
}

/** Optimal string alignment: insertions, deletions, substitutions, swapped neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        at(last, j) + 1,
        at(row, j - 1) + 1,
        at(last, j - 1) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: number[], index: number): number {
  return row[index] ?? Infinity;
}
