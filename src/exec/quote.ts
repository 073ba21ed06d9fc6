/** A word for a POSIX shell's command line that means exactly this text. */
export function shellWord(text: string): string {
  if (/^[\w./:=@%+-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
