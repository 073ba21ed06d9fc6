import { basename, dirname, join, relative } from "node:path";
import type { ReadProblem } from "./read.ts";
import { quote } from "./problems.ts";

/** At most so many files are examined: the plan's folder may contain anything. */
const MOST_FILES = 20_000;
const SKIPPED = new Set([".git", "node_modules", "worktrees"]);

/** Looks for a task file that is not where the plan says. */
export class MisplacedFiles {
  readonly #folder: string;
  #paths: Promise<Map<string, string>> | undefined;

  /** `plan` is the path of the index. */
  constructor(plan: string) {
    this.#folder = dirname(plan);
  }

  /** The same problem, with a hint at a file of that name where there is one. */
  async explain(problem: ReadProblem, file: string): Promise<ReadProblem> {
    if (problem.code !== "task-file-missing") return problem;
    const path = (await this.#filesByName()).get(basename(file));
    if (path === undefined) return problem;
    const way = relative(this.#folder, path);
    const hint = way.startsWith("..")
      ? `there is one at ${path}: move it into the plan's folder`
      : `there is one at ${quote(way)}: correct the path`;
    return { ...problem, hint };
  }

  #filesByName(): Promise<Map<string, string>> {
    return this.#paths ??= filesByName(this.#top());
  }

  /** All plans of a repository count, else the plan's own folder. */
  #top(): string {
    const at = `${this.#folder}/`.indexOf("/.parallel/");
    return at === -1 ? this.#folder : this.#folder.slice(0, at + "/.parallel".length);
  }
}

async function filesByName(top: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const folders = [top];
  let count = 0;
  // The list grows while it is walked: the files near the top come first.
  for (const folder of folders) {
    try {
      for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
        if (++count > MOST_FILES) return found;
        const path = join(folder, name);
        if (isDirectory && !SKIPPED.has(name)) folders.push(path);
        if (isFile && name.endsWith(".md") && !found.has(name)) found.set(name, path);
      }
    } catch {
      // What cannot be listed holds nothing that could be named.
    }
  }
  return found;
}
