/** Keys as a terminal sends them: names for those that write nothing, or the text. */
export type Key = { name: KeyName } | { text: string };

export type KeyName =
  | "up"
  | "down"
  | "pageup"
  | "pagedown"
  | "home"
  | "end"
  | "enter"
  | "escape"
  | "backspace";

const SEQUENCES: Readonly<Record<string, KeyName>> = {
  "[A": "up",
  "OA": "up",
  "[B": "down",
  "OB": "down",
  "[5~": "pageup",
  "[6~": "pagedown",
  "[H": "home",
  "OH": "home",
  "[1~": "home",
  "[F": "end",
  "OF": "end",
  "[4~": "end",
};

/** An escape sequence, complete; a lone escape; a key of its own; or text, as of a paste. */
// deno-lint-ignore no-control-regex
const PART = /\x1b(?:\[[\d;]*[A-Za-z~]|O[A-Z])|\x1b|[\r\n\x7f\b]|[^\x00-\x1f\x7f]+|[\x00-\x1f]/g;

/** The keys in what a terminal has sent. Of several letters that came at once, each is a key. */
export function keysIn(sent: string): Key[] {
  return [...sent.matchAll(PART)].flatMap(([part]): Key[] => {
    if (part === "\r" || part === "\n") return [{ name: "enter" }];
    if (part === "\x7f" || part === "\b") return [{ name: "backspace" }];
    if (part === "\x1b") return [{ name: "escape" }];
    if (part.startsWith("\x1b")) {
      const name = SEQUENCES[part.slice(1)];
      return name === undefined ? [] : [{ name }];
    }
    return part < " " ? [] : [...part].map((text) => ({ text }));
  });
}
