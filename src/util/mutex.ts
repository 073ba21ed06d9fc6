const tails = new Map<string, Promise<void>>();

/** Runs `work` when all earlier work with the same key is over. Within this process. */
export async function exclusively<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = tails.get(key);
  const { promise: tail, resolve: done } = Promise.withResolvers<void>();
  tails.set(key, tail);
  await before;
  try {
    return await work();
  } finally {
    done();
    if (tails.get(key) === tail) tails.delete(key);
  }
}
