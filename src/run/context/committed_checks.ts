import { type CheckCommand, findChecksIn, type FoundChecks } from "../../checks/find.ts";
import type { Source } from "../../checks/project.ts";
import type { CheckCommands } from "../../domain/settings.ts";
import { resultOf } from "../../domain/failed.ts";
import { blobText, listTree, type TreeEntry } from "../../git/objects.ts";
import type { Repository } from "../../git/repository.ts";

/** The checks that commits have, read from git's objects, where no agent can have changed them. */
export class CommittedChecks {
  readonly #found = new Map<string, Promise<FoundChecks>>();
  /** By the names of their objects: from one commit to the next, few files change. */
  readonly #texts = new Map<string, Promise<string>>();

  constructor(private readonly repo: Repository) {}

  async at(commit: string): Promise<CheckCommand[]> {
    return (await this.foundAt(commit, {})).checks;
  }

  /** All checks that a worktree at the commit would run. */
  foundAt(commit: string, configured: CheckCommands): Promise<FoundChecks> {
    const key = JSON.stringify([commit, configured]);
    const found = this.#found.get(key) ?? this.#find(commit, configured);
    this.#found.set(key, found);
    return found;
  }

  async #find(commit: string, configured: CheckCommands): Promise<FoundChecks> {
    const top = await listTree(this.repo, commit, { deep: false });
    return await findChecksIn(this.#sourceAt(commit, top), configured);
  }

  #sourceAt(commit: string, top: TreeEntry[]): Source {
    const known = new Map(top.map((entry) => [entry.path, entry]));
    return {
      names: () => Promise.resolve(top.map(({ path }) => path)),
      files: async (notes) => {
        const all = await resultOf(() => listTree(this.repo, commit, { deep: true }));
        if (!all.ok) notes.push(`the files of ${commit} cannot be listed`);
        const files = all.ok ? all.value.filter(({ isFile }) => isFile) : [];
        for (const file of files) known.set(file.path, file);
        return files.map(({ path }) => path);
      },
      text: async (path) => {
        const file = known.get(path);
        if (!file?.isFile) return undefined;
        const text = this.#texts.get(file.sha) ?? blobText(this.repo, file.sha);
        this.#texts.set(file.sha, text);
        const read = await resultOf(() => text);
        return read.ok ? read.value : undefined;
      },
    };
  }
}
