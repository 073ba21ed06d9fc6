/** Throws a SyntaxError for a text that is not of the format. */
export function parse(text: string): unknown;
