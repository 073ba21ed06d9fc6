/** Reads a stream to its end, or until `cancel`. */
export function drain(stream: ReadableStream<Uint8Array>, onChunk: (chunk: Uint8Array) => void) {
  const reader = stream.getReader();
  const done = (async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onChunk(value);
    }
  })();
  return { done, cancel: () => reader.cancel() };
}

/** Writes the input; a child that does not read all of it is not a failure. */
export async function feed(child: Deno.ChildProcess, input: string | undefined): Promise<void> {
  if (input === undefined) return;
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(input));
    await writer.close();
  } catch {
    // EPIPE: it closed its stdin or ended.
  }
}
