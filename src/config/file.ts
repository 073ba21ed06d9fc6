import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { Problem } from "../domain/plan.ts";
import { Failed } from "../domain/failed.ts";
import { closest } from "../domain/suggest.ts";
import { type Given, type Origin, type Source, withImpliedAgent } from "./sources.ts";
import { type Key, KEYS, SETTINGS } from "./table.ts";

const MAX_BYTES = 5 * 1024 * 1024;
/** One syntax error causes many more after it. */
const MAX_FAULTS = 5;
const KEY_OF = new Map<string, Key>(KEYS.map((key) => [SETTINGS[key].name, key]));
/** The part of a name before the dot. */
const GROUPS = new Set([...KEY_OF.keys()].flatMap((name) => /^(.+)\./.exec(name)?.[1] ?? []));

/** Reads the config file. One that does not exist sets nothing. Throws `io_failed`. */
export async function fromFile(path: string): Promise<Source> {
  try {
    const { size } = await Deno.stat(path);
    if (size <= MAX_BYTES) return parseConfig(path, await Deno.readTextFile(path));
    const message = `the config file has ${size} bytes; parex reads at most ${MAX_BYTES}`;
    return onlyProblems(error(start(path), "too-large", message, "make it smaller"));
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound || thrown instanceof Deno.errors.NotADirectory) {
      return onlyProblems();
    }
    throw new Failed({ reason: "io_failed", path, detail: String(thrown) });
  }
}

/** The settings of a config file's text, each with its position. Never throws. */
export function parseConfig(path: string, text: string): Source {
  try {
    return parse(path, text);
  } catch (thrown) {
    // The parser gives up on nesting that is too deep and on aliases that multiply.
    if (!(thrown instanceof RangeError || thrown instanceof ReferenceError)) throw thrown;
    return onlyProblems(error(start(path), "yaml-limit", thrown.message, "write it plainly"));
  }
}

function parse(path: string, text: string): Source {
  const lines = new LineCounter();
  // A setting that is given twice is reported together with all other problems.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  });
  const place = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset);
    return { file: path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const hint = "correct the YAML; a text with `: ` or a leading `*`, `&` or `!` needs quotes";
    return onlyProblems(
      ...faults.slice(0, MAX_FAULTS).map((fault) =>
        error(place(fault.pos[0]), "yaml", fault.message, hint)
      ),
    );
  }
  const contents = document.contents;
  if (contents === null || (isScalar(contents) && contents.value === null)) return onlyProblems();
  if (!isMap(contents)) {
    const message = "the config file is not a list of settings";
    return onlyProblems(
      error(start(path), "not-a-mapping", message, "write lines such as `jobs: 4`"),
    );
  }
  const source = onlyProblems();
  const addAll = (map: typeof contents, prefix: string) => {
    for (const { key, value } of map.items) {
      const written = prefix + (isScalar(key) ? String(key.value) : String(key));
      if (isMap(value) && GROUPS.has(written)) {
        addAll(value as typeof contents, `${written}.`);
        continue;
      }
      const origin = place(value?.range[0] ?? key.range[0]);
      const read: unknown = value?.toJS(document, { mapAsMap: true }) ?? null;
      const given = { value: read instanceof Map ? Object.fromEntries(read) : read, origin };
      addSetting(source, written, place(key.range[0]), given);
    }
  };
  addAll(contents, "");
  withImpliedAgent(source.given);
  return source;
}

function addSetting(source: Source, written: string, at: Origin, given: Given): void {
  const name = written.replaceAll("_", "-");
  const key = KEY_OF.get(name);
  if (key === undefined) {
    const near = closest(name, KEY_OF.keys());
    const hint = near === undefined
      ? `the settings are ${[...KEY_OF.keys()].join(", ")}`
      : `did you mean ${near}?`;
    source.problems.push(error(at, "unknown-key", `there is no setting "${written}"`, hint));
  } else if (source.given.has(key)) {
    const message = `"${name}" is set twice`;
    source.problems.push(error(at, "duplicate-key", message, "keep one of them"));
  } else source.given.set(key, given);
}

function onlyProblems(...problems: Problem[]): Source {
  return { given: new Map(), problems };
}

function start(file: string): Origin {
  return { file, line: 1, column: 1 };
}

function error(at: Origin, code: string, message: string, hint: string): Problem {
  return { severity: "error", code, ...at, message, hint };
}
