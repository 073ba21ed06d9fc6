const CODE = /(```[^]*?(?:```|$)|~~~[^]*?(?:~~~|$)|`[^`\n]*`)/;
const MENTION = /(?<![\w.@/+-])@(?=[A-Za-z\d])/g;
/** The words with which GitHub closes issues, before what names one. */
const CLOSING =
  /\b(clos|fix|resolv)(e[sd]?|ed|es)?(?=:?\s+(?:[\w.-]+\/[\w.-]+)?#\d|:?\s+https?:\/\/)/gi;
/** Is not seen, and parts a word. */
const NOTHING = "\u200b";

/** Foreign Markdown that calls nobody and closes no issue; code, in which GitHub looks for neither, stays. */
export function defused(text: string): string {
  return text.split(CODE).map((part, at) =>
    at % 2 === 1 ? part : part.replaceAll(MENTION, `@${NOTHING}`)
      .replaceAll(CLOSING, (_, stem: string, end = "") => `${stem}${NOTHING}${end}`)
  ).join("");
}
