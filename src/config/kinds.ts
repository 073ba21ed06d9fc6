import { z } from "zod";
import { parseDuration } from "../domain/units.ts";

/** What values a setting takes, and how flags and variables, which are text, spell them. */
export interface Kind<T> {
  /** Checks a value of the config file, or of a flag or variable after `fromText`. */
  schema: z.ZodType<T>;
  fromText: (text: string) => unknown;
  /** As the end of the sentence "expected …". */
  expected: string;
  /** The flag's argument in the help; a kind without one is a switch. */
  placeholder?: string;
  choices?: readonly string[];
  /** Whether the flag takes several values. */
  many?: true;
  show(value: T): string;
}

/** `setTimeout` takes 32 bits: a longer time would elapse at once. */
const LONGEST_MS = 24 * 24 * 60 * 60_000;

const same = (text: string): unknown => text;
const listed = (text: string): unknown =>
  text.split(",").map((part) => part.trim()).filter(Boolean);
const numeric = (text: string): unknown =>
  /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;

/** A whole number from 1. */
export const count: Kind<number> = {
  schema: z.int().min(1),
  fromText: numeric,
  expected: "a whole number, 1 or more",
  placeholder: "<n>",
  show: String,
};

/** Milliseconds, written as `90s`, `45m` or `1h30m`; a bare number counts seconds. */
export const duration: Kind<number> = {
  schema: z.union([z.number(), z.string()]).transform((written, context) => {
    const ms = parseDuration(String(written));
    if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
    context.addIssue("not a duration");
    return z.NEVER;
  }),
  fromText: same,
  expected: "a duration such as 90s, 45m or 1h30m, at most 24 days",
  placeholder: "<duration>",
  show: (ms) => `${ms / 60_000}m`,
};

/** An amount of US dollars. */
export const usd: Kind<number> = {
  schema: z.number().positive(),
  fromText: numeric,
  expected: "an amount of US dollars above 0, such as 2.50",
  placeholder: "<usd>",
  show: String,
};

/** On or off. */
export const toggle: Kind<boolean> = {
  schema: z.boolean(),
  fromText: (text) => {
    const word = text.trim().toLowerCase();
    if (["1", "true", "yes", "on"].includes(word)) return true;
    return ["0", "false", "no", "off"].includes(word) ? false : text;
  },
  expected: "true or false",
  show: String,
};

/** Any text that is not empty. */
export function text(placeholder: string): Kind<string> {
  return {
    schema: z.string().regex(/\S/),
    fromText: same,
    expected: "a text; in quotes where YAML would read a number",
    placeholder,
    show: (value) => value,
  };
}

/** The beginning of branch names, as git-check-ref-format(1) allows them. */
export const branchPrefix: Kind<string> = {
  ...text("<prefix>"),
  schema: z.string().regex(/^(?!.*(?:\/\/|\.\.|\/\.|\.lock\/))[A-Za-z0-9_][\w./-]*[/_-]$/),
  expected: 'letters, digits, ".", "_", "-" and "/", ending in "/", "-" or "_", such as tasks/',
};

/** One of a few words. */
export function choice<T extends string>(choices: readonly [T, ...T[]]): Kind<T> {
  return {
    schema: z.enum(choices),
    fromText: same,
    expected: `one of ${choices.join(", ")}`,
    placeholder: "<name>",
    choices,
    show: (value) => value,
  };
}

/** Several of a few words. */
export function choices(words: readonly [string, ...string[]]): Kind<string[]> {
  const word = z.enum(words);
  return {
    schema: z.union([word.transform((one) => [one]), z.array(word)]),
    fromText: listed,
    expected: `a list of ${words.join(", ")}`,
    placeholder: "<name...>",
    many: true,
    show: (list) => list.join(", "),
  };
}

// An id may be a number.
const word = z.union([z.string().regex(/\S/), z.int()]).transform(String);
const words = z.union([word.transform((one) => [one]), z.array(word)]);

/** Task ids: a list, or one text with commas. */
export const ids: Kind<string[]> = {
  schema: words.transform((list, context) => {
    const found = list.flatMap((word) => word.split(",")).map((id) => id.trim()).filter(Boolean);
    if (list.length > 0 && found.length === 0) context.addIssue("no id");
    return found;
  }),
  fromText: same,
  expected: "task ids: a list, or one text with commas",
  placeholder: "<id...>",
  many: true,
  show: (list) => list.join(", "),
};

/** Patterns of files. */
export const globs: Kind<string[]> = {
  schema: words,
  fromText: listed,
  expected: "a list of file patterns, or one text with commas",
  placeholder: "<glob...>",
  many: true,
  show: (list) => list.join(", "),
};

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** A comma or the end of a line ends a value only where another variable follows. */
function pairs(text: string): unknown {
  const parts = text.trim().split(/[\n,]\s*(?=[A-Za-z_]\w*=)/);
  if (parts.some((part) => !part.includes("="))) return text;
  return Object.fromEntries(parts.map((part) => {
    const at = part.indexOf("=");
    return [part.slice(0, at), part.slice(at + 1)];
  }));
}

/** Environment variables and their values. */
export const variables: Kind<Record<string, string>> = {
  schema: z.record(z.string().regex(VARIABLE), value),
  fromText: pairs,
  expected: "variables: in YAML a line for each, such as `LOG_LEVEL: debug`; in text `A=1,B=2`",
  placeholder: "<variables>",
  show: (record) => Object.entries(record).map((pair) => pair.join("=")).join(", "),
};
