/** How much of an output is kept: its beginning and its end. Bytes. */
export interface Bounds {
  head: number;
  tail: number;
}

const NEWLINE = 0x0a;
const MARK = /^… (\d+) bytes are left out …\n/;
/** As long as a mark can be. */
const MARK_BYTES = 64;

/**
 * A file for an output of any length: it keeps whole lines of its beginning and its end, and between them a
 * line that says how many bytes are left out. Continues a file that exists. While it is open, it may have
 * twice the end. Every call may throw what the system says.
 */
export class BoundedLog implements Disposable {
  readonly #file: Deno.FsFile;
  #size: number;

  constructor(path: string, private readonly bounds: Bounds, options: { truncate?: boolean } = {}) {
    const { truncate = false } = options;
    this.#file = Deno.openSync(path, {
      read: true,
      write: true,
      create: true,
      truncate,
      mode: 0o600,
    });
    this.#size = this.#file.seekSync(0, Deno.SeekMode.End);
  }

  /** Synchronous, so that nothing can print faster than the disk takes it. */
  write(bytes: Uint8Array): void {
    this.#append(bytes);
    const { head, tail } = this.bounds;
    if (this.#size > head + 2 * tail) this.#leaveOut();
  }

  [Symbol.dispose](): void {
    const { head, tail } = this.bounds;
    try {
      if (this.#size > head + tail) this.#leaveOut();
    } finally {
      this.#file.close();
    }
  }

  #append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    this.#size += bytes.length;
  }

  #leaveOut(): void {
    const { head, mark, left } = this.#beginning();
    const tail = this.#read(this.#size - this.bounds.tail, this.bounds.tail);
    const kept = tail.subarray(tail.indexOf(NEWLINE) + 1);
    const more = this.#size - kept.length - head - mark;
    this.#file.truncateSync(head);
    this.#size = this.#file.seekSync(0, Deno.SeekMode.End);
    this.#append(encode(`… ${left + more} bytes are left out …\n`));
    this.#append(kept);
  }

  /** Where the kept beginning ends, and what an earlier call has left out behind it. */
  #beginning(): { head: number; mark: number; left: number } {
    const bytes = this.#read(0, this.bounds.head + MARK_BYTES);
    let head = 0;
    for (let at = 0; at <= this.bounds.head; at = bytes.indexOf(NEWLINE, at) + 1) {
      const found = MARK.exec(new TextDecoder().decode(bytes.subarray(at, at + MARK_BYTES)));
      if (found) return { head: at, mark: encode(found[0]).length, left: Number(found[1]) };
      head = at;
      if (bytes.indexOf(NEWLINE, at) < 0) break;
    }
    return { head, mark: 0, left: 0 };
  }

  #read(from: number, length: number): Uint8Array {
    this.#file.seekSync(from, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    let read = 0;
    for (let count: number | null = 1; count && read < length; read += count ?? 0) {
      count = this.#file.readSync(bytes.subarray(read));
    }
    this.#file.seekSync(0, Deno.SeekMode.End);
    return bytes.subarray(0, read);
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
