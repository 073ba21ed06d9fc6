// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** They reorder the text around them, so a line could look like another one. */
const REORDERING = /[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Makes text that comes from plans, agents or git safe to print: controls, terminal escapes and
 * bidi marks become visible `\u{…}`; only newlines and tabs stay. Printing it twice changes
 * nothing.
 */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROLS, visible).replace(REORDERING, visible);
}

/** The same on one line: every run of white space becomes a space. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " ").trim());
}

/** A word as it is typed in a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function visible(character: string): string {
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}
