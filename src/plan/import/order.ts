/** A step of a list whose order means something. */
export interface Step {
  id: string;
  /** It may run in parallel with adjacent steps that may too and have the same `stage`. */
  parallel: boolean;
  stage: string;
  /** What it waits for, if the list says so; absent: for the steps before it. */
  explicit?: string[] | undefined;
}

/** Pairs grow with the square: a step behind many others waits for one that waits for them. */
const MOST_PAIRED = 30;

/** What each step waits for: all of the steps before it that run side by side, or the one. */
export function inOrder(steps: readonly Step[]): Map<string, string[]> {
  const waits = new Map<string, string[]>();
  let before: string[] = [];
  let together: Step[] = [];
  for (const step of steps) {
    const last = together.at(-1);
    const joins = last && last.parallel && step.parallel && last.stage === step.stage;
    if (last && !joins) {
      before = gathered(together.map(({ id }) => id), waits);
      together = [];
    }
    together.push(step);
    waits.set(step.id, step.explicit ?? before);
  }
  return waits;
}

function gathered(ids: string[], waits: Map<string, string[]>): string[] {
  const last = ids.at(-1);
  if (ids.length <= MOST_PAIRED || last === undefined) return ids;
  waits.set(last, [...(waits.get(last) ?? []), ...ids.slice(0, -1)]);
  return [last];
}
