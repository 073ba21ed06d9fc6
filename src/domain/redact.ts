import { NAMED_VALUES, PARTS, TOKEN_SHAPES } from "./secret_shapes.ts";

/** Shorter than every secret that parex looks for, so that the replacement never looks like one. */
export const MARK = "***";
/** Shorter values are in every other word. */
export const SHORTEST_SECRET = 4;

/**
 * Patterns of secrets. The group `secret` is removed; the rest stays and shows what it was.
 * Repetitions that may start anywhere are bounded: the text may be hostile.
 */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?<secret>[^]*?)(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/dg,
  // Its beginning is missing.
  /^(?<secret>(?:(?!-----BEGIN )[^])*)-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----/dg,
  ...TOKEN_SHAPES,
  ...PARTS,
  // Up to the last @ of the word: a password may hold slashes and @ where nobody has encoded it.
  /\b[a-z][a-z\d+.-]{0,20}:\/\/(?<secret>[^\s"'<>]{1,4000})@/dgi,
];

/** What follows a name that looks secret, which in prose may be any word. */
const NAMED: readonly RegExp[] = [
  ...NAMED_VALUES,
  /\b(?:bearer|basic)\s+(?<secret>[\w.~+/=-]{6,})/dgi,
  /\bauthorization["']?\s*[:=]\s*["']?(?:token\s+)?(?<secret>[^\s"']+)/dgi,
  /(?:token|secret|passw(?:or)?d|passphrase|api_?-?key|credential)\w{0,40}["']?\s*[:=]\s*["']?(?<secret>[^\s"'&;,]+)/dgi,
];

/**
 * The text without what looks like a secret, and without those that are known. To be cut only
 * afterwards: half a token is not recognised.
 */
export function redact(text: string, known: readonly string[] = []): string {
  return cleaned(text, [...SHAPES, ...NAMED], known);
}

/** The same for text that people wrote to be read: a word after "password:" stays. */
export function redactProse(text: string, known: readonly string[] = []): string {
  return cleaned(text, SHAPES, known);
}

function cleaned(text: string, patterns: readonly RegExp[], known: readonly string[]): string {
  const spans = patterns.flatMap((pattern) => matches(text, pattern));
  for (const secret of known) {
    if (secret.length >= SHORTEST_SECRET) spans.push(...occurrences(text, secret));
  }
  return without(text, spans);
}

type Span = readonly [start: number, end: number];

function matches(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const span = match.indices?.groups?.secret;
    return span ? [span] : [];
  });
}

/** Overlapping ones, too. */
function occurrences(text: string, secret: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    spans.push([at, at + secret.length]);
  }
  return spans;
}

/** Taken out together: what one of them covers in part, another may need as a whole. */
function without(text: string, spans: Span[]): string {
  let result = "";
  let at = 0;
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (end <= at) continue;
    if (start >= at) result += text.slice(at, start) + MARK;
    at = end;
  }
  return result + text.slice(at);
}
