/**
 * The values of all of them. Unlike `Promise.all` it waits for each, also when one has failed: nothing
 * is left at work that nobody looks at. Throws the first error in the order given, not in time.
 */
export async function allOf<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  const values: unknown[] = [];
  for (const promise of promises) values.push(await promise);
  return values as { -readonly [K in keyof T]: Awaited<T[K]> };
}
