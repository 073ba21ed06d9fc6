import { join } from "node:path";
import { FileMemo } from "../util/file_memo.ts";
import { exists, isAbsent } from "../util/files.ts";
import type { Git } from "./git.ts";

/** What a ref names. */
export interface RefValue {
  sha: string;
  /** The ref that it is another name of. */
  symbolic?: string | undefined;
}

/** How often one ref may name the next. */
const DEEPEST = 5;
/**
 * The refs of a repository, read from their files as gitrepository-layout(5) describes them: a run asks for
 * them at each step of each task. git is asked where they are kept in another way (reftable).
 */
export class Refs {
  readonly #loose = new FileMemo(textIn);
  readonly #packed = new FileMemo(packedIn);

  constructor(private readonly repo: Git, private readonly commonDir: string) {}

  /** All refs, by full name. */
  async all(): Promise<Map<string, RefValue>> {
    if (!this.isInFiles) return await this.#ask([]);
    const texts = new Map(this.#packedRefs());
    for (const name of namesBelow(this.commonDir, "refs")) {
      const text = this.#textOf(name);
      if (text !== undefined) texts.set(name, text);
    }
    return new Map(
      [...texts.keys()].sort().flatMap((name) => {
        const value = valueOf(name, (of) => texts.get(of));
        return value ? [[name, value] as const] : [];
      }),
    );
  }

  /** The commit that a ref names; undefined: there is no such ref. */
  async sha(name: string): Promise<string | undefined> {
    if (!this.isInFiles) return (await this.#ask([name])).get(name)?.sha;
    return valueOf(name, (of) => this.#textOf(of) ?? this.#packedRefs().get(of))?.sha;
  }

  /** The commits of all branches, by the branches' names. */
  async heads(): Promise<Map<string, string>> {
    const heads = [...await this.all()].filter(([name]) => name.startsWith(HEADS));
    return new Map(heads.map(([name, { sha }]) => [name.slice(HEADS.length), sha]));
  }

  /** Whether refs and reflogs are kept as files; git has other formats. */
  get isInFiles(): boolean {
    return !exists(join(this.commonDir, "reftable"));
  }

  async #ask(names: string[]): Promise<Map<string, RefValue>> {
    const format = "--format=%(refname) %(objectname) %(symref)";
    const listed = await this.repo.git(["for-each-ref", format, ...names]);
    return new Map(
      listed.split("\n").filter((line) => line !== "").map((line) => {
        const [ref = "", sha = "", symbolic = ""] = line.split(" ");
        return [ref, { sha, symbolic: symbolic === "" ? undefined : symbolic }];
      }),
    );
  }

  #textOf(name: string): string | undefined {
    return this.#loose.at(join(this.commonDir, name));
  }

  #packedRefs(): ReadonlyMap<string, string> {
    return this.#packed.at(join(this.commonDir, "packed-refs"));
  }
}

const HEADS = "refs/heads/";

function valueOf(name: string, textOf: (name: string) => string | undefined): RefValue | undefined {
  let symbolic: string | undefined;
  let text = textOf(name);
  for (let depth = 0; text?.startsWith("ref: ") && depth < DEEPEST; depth++) {
    symbolic = text.slice("ref: ".length);
    text = textOf(symbolic);
  }
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? { sha: text, symbolic } : undefined;
}

/** Full names of the refs that have a file of their own. */
function namesBelow(root: string, folder: string): string[] {
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(join(root, folder))];
  } catch (error) {
    if (isAbsent(error)) return []; // deleted meanwhile
    throw error;
  }
  return entries.filter(({ name }) => !name.startsWith(".") && !name.endsWith(".lock"))
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? namesBelow(root, `${folder}/${name}`) : [`${folder}/${name}`]
    );
}

function packedIn(path: string): ReadonlyMap<string, string> {
  const lines = (textIn(path) ?? "").split("\n");
  // The others are a header, and what annotated tags name.
  return new Map(
    lines.filter((line) => /^[0-9a-f]/.test(line)).map((line) => {
      const space = line.indexOf(" ");
      return [line.slice(space + 1), line.slice(0, space)];
    }),
  );
}

/** Undefined for a folder, too: names of refs may begin with it. */
function textIn(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path).trimEnd();
  } catch (error) {
    if (isAbsent(error) || error instanceof Deno.errors.IsADirectory) return undefined;
    throw error;
  }
}
