/** Splits arguments into options and operands, as most programs read them. */
export interface Arguments {
  operands: string[];
  /** Of `-t X`, `-tX`, `--to X` and `--to=X`, by the option's name; without a value: "". */
  options: Map<string, string[]>;
}

/** `valued` names the options that take a value. Short options may be combined: `-rf`. */
export function readArguments(words: readonly string[], valued: readonly string[] = []): Arguments {
  const takes = new Set(valued);
  const read: Arguments = { operands: [], options: new Map() };
  const add = (name: string, value: string) => {
    const known = read.options.get(name);
    if (known) known.push(value);
    else read.options.set(name, [value]);
  };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") {
      read.operands.push(...words.slice(at + 1));
      break;
    }
    if (word === "-" || !word.startsWith("-")) read.operands.push(word);
    else if (takes.has(word)) add(word, words[++at] ?? "");
    else if (word.startsWith("--")) {
      const [name = "", ...value] = word.split("=");
      add(name, value.join("="));
    } else at += readShort(word, words[at + 1], takes, add);
  }
  return read;
}

/** Returns how many more words it took. */
function readShort(
  word: string,
  next: string | undefined,
  takes: ReadonlySet<string>,
  add: (name: string, value: string) => void,
): number {
  for (let at = 1; at < word.length; at++) {
    const name = `-${word[at]}`;
    if (!takes.has(name)) {
      add(name, "");
      continue;
    }
    const rest = word.slice(at + 1);
    add(name, rest || (next ?? ""));
    return rest === "" ? 1 : 0;
  }
  return 0;
}

/** Whether any of these options is there. */
export function has({ options }: Arguments, ...names: string[]): boolean {
  return names.some((name) => options.has(name));
}

/** The values of these options. */
export function values({ options }: Arguments, ...names: string[]): string[] {
  return names.flatMap((name) => options.get(name) ?? []);
}
