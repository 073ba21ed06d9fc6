const FENCE = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
/** Code within a line. What only looks like it is text to GitHub. */
const CODE = /(?<![\\`])`(?!`)[^`\n]*`(?!`)/g;
const MENTION = /(?<![\w.@/+-])@(?=[A-Za-z\d])/g;
/** The words with which GitHub closes issues, before what names one. */
const CLOSING =
  /\b(clos|fix|resolv)(e[sd]?|ed|es)?(?=:?\s+(?:(?:[\w.-]+\/[\w.-]+)?#|gh-)\d|:?\s+https?:\/\/)/gi;
/** Is not seen, and parts a word. */
const NOTHING = "\u200b";

/** Foreign Markdown that calls nobody and closes no issue; code, in which GitHub looks for neither, stays. */
export function defused(markdown: string): string {
  const harmless: string[] = [];
  let text: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence === undefined && mark === undefined) {
      text.push(line);
      continue;
    }
    if (text.length > 0) harmless.push(withoutEffect(text.join("\n")));
    text = [];
    harmless.push(line);
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
  }
  if (text.length > 0) harmless.push(withoutEffect(text.join("\n")));
  return harmless.join("\n");
}

/** Of Markdown outside of fences. */
function withoutEffect(text: string): string {
  let harmless = "";
  let end = 0;
  for (const { 0: code, index } of text.matchAll(CODE)) {
    harmless += parted(text.slice(end, index)) + code;
    end = index + code.length;
  }
  return harmless + parted(text.slice(end));
}

function parted(text: string): string {
  return text.replaceAll(MENTION, `@${NOTHING}`)
    .replaceAll(CLOSING, (_, stem: string, end = "") => `${stem}${NOTHING}${end}`);
}
