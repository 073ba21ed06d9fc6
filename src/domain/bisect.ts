/**
 * The index of the first of `count` states that is bad, where every one after a bad one is bad too.
 * The last is known to be bad and not asked for; the others are, as few as possible.
 */
export async function firstBad(
  count: number,
  isBad: (index: number) => Promise<boolean>,
): Promise<number> {
  let [low, high] = [0, count - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isBad(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
