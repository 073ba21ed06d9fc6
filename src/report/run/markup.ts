import { printable } from "../escape.ts";

/** Text that is HTML already. Only `markup` makes it, so nothing foreign gets in unescaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Value = string | number | Markup | Markup[];

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template of HTML: every value in it is escaped, unless it is HTML itself. */
export function markup(parts: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(escaped)));
}

function escaped(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map((one) => one.text).join("\n");
  return printable(String(value)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
