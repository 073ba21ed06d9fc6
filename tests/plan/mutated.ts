import fc from "fast-check";

/** A text with a few things put in, taken out or doubled somewhere. */
export function mutated(text: string, fragments: readonly string[]): fc.Arbitrary<string> {
  const mutation = fc.record({
    at: fc.nat({ max: text.length }),
    length: fc.nat({ max: 12 }),
    put: fc.oneof(fc.constantFrom(...fragments), fc.string({ maxLength: 4 })),
  });
  return fc.array(mutation, { minLength: 1, maxLength: 5 }).map((mutations) =>
    mutations.reduce(
      (now, { at, length, put }) => now.slice(0, at) + put + now.slice(at + length),
      text,
    )
  );
}
