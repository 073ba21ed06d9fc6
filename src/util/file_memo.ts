/** A file that was just written may be written again without a change of its time. */
const SETTLED_MS = 100;

/** What was read from files; a file is read again only if it has changed. */
export class FileMemo<T> {
  readonly #known = new Map<string, { stamp: string; value: T }>();

  /** `read` gets paths; a file may be absent. */
  constructor(private readonly read: (path: string) => T) {}

  at(path: string): T {
    const about = aboutFile(path);
    const known = this.#known.get(path);
    if (about && known?.stamp === about.stamp) return known.value;
    const value = this.read(path);
    if (about?.isSettled) this.#known.set(path, { stamp: about.stamp, value });
    else this.#known.delete(path);
    return value;
  }
}

/** Undefined for what is not a file. */
function aboutFile(path: string): { stamp: string; isSettled: boolean } | undefined {
  try {
    const { size, mtime, ino, mode, isFile } = Deno.lstatSync(path);
    if (!isFile || !mtime) return undefined;
    const time = mtime.getTime();
    const isSettled = Date.now() - time > SETTLED_MS;
    return { stamp: `${size} ${time} ${ino} ${mode}`, isSettled };
  } catch {
    return undefined; // absent, or not readable: `read` decides what that means
  }
}
