/** Texts with something wrong in them, the same ones for the same seed. */
import { randomFrom } from "../support/random.ts";

/** What readers have stumbled over. */
const PIECES = [
  ..."[]{}:,#&*!|>'\"%@`-?\n\r\t\\~<$();=/",
  ...[
    "\u0000",
    "\uFEFF",
    "\u2028",
    "\u202e",
    "\x1b[2J",
    "\xff\xfe",
    "é",
    "😀",
    "__proto__",
    "..",
    "null",
  ],
  ...[
    "true",
    "-1",
    "1e999",
    "9007199254740993",
    '""',
    "[]",
    "{}",
    "<<: ",
    "*a",
    "&a ",
    "---\n",
    "```\n",
  ],
  ...["!!binary ", "tasks:", "id: ", '"type":', '"v":1', "\\ud800", "$(x)", "<<E\n", "|| ", " && "],
];
const MAX_LENGTH = 200_000;

type Change = (text: string, random: () => number, others: readonly string[]) => string;

function spot(text: string, random: () => number): number {
  return Math.floor(random() * (text.length + 1));
}

function pick<T>(from: readonly T[], random: () => number): T | undefined {
  return from[Math.floor(random() * from.length)];
}

const CHANGES: readonly Change[] = [
  function put(text, random) {
    const at = spot(text, random);
    return text.slice(0, at) + (pick(PIECES, random) ?? "") + text.slice(at);
  },
  function removeEntries(text, random) {
    const at = spot(text, random);
    return text.slice(0, at) + text.slice(at + Math.ceil(random() * 20));
  },
  function cut(text, random) {
    return text.slice(0, spot(text, random));
  },
  function replace(text, random) {
    const at = spot(text, random);
    const piece = pick(PIECES, random) ?? "";
    return text.slice(0, at) + piece + text.slice(at + piece.length);
  },
  function flip(text, random) {
    const at = spot(text, random);
    const code = (text.charCodeAt(at) || 0) ^ (1 << Math.floor(random() * 8));
    return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
  },
  function splice(text, random, others) {
    const other = pick(others, random) ?? "";
    return text.slice(0, spot(text, random)) + other.slice(spot(other, random));
  },
  function swapLines(text, random) {
    const lines = text.split("\n");
    const [one, two] = [
      spot("x".repeat(lines.length - 1), random),
      spot("x".repeat(lines.length - 1), random),
    ];
    [lines[one], lines[two]] = [lines[two] ?? "", lines[one] ?? ""];
    return lines.join("\n");
  },
  function repeat(text, random) {
    const at = spot(text, random);
    const part = text.slice(at, at + Math.ceil(random() * 30));
    const often = Math.floor(10 ** (random() * 3.5));
    return text.slice(0, at) + part.repeat(often) + text.slice(at);
  },
];

/** One of the corpus with up to eight changes; one in twenty is noise from end to end. */
export function mutant(corpus: readonly string[], seed: number): Uint8Array {
  const random = randomFrom(seed);
  if (random() < 0.05) {
    return Uint8Array.from(
      { length: Math.floor(random() * 2000) },
      () => Math.floor(random() * 256),
    );
  }
  let text = pick(corpus, random) ?? "";
  for (let left = Math.ceil(random() * 8); left > 0; left--) {
    text = (pick(CHANGES, random) ?? ((same) => same))(text, random, corpus).slice(0, MAX_LENGTH);
  }
  const bytes = new TextEncoder().encode(text);
  if (random() < 0.05 && bytes.length > 0) bytes[Math.floor(random() * bytes.length)] = 0xff;
  return bytes;
}
