export interface SingleCommit {
  parent: string;
  subject: string;
  /** What it has changed. */
  paths: readonly string[];
}

/** What this process has learned about commits, which never change: git is not asked again. */
export class KnownCommits {
  /** Commits whose files git reports as unmodified right after their checkout. */
  readonly clean = new Set<string>();
  /** Commits of parex's that are the only ones of their branches. */
  readonly single = new Map<string, SingleCommit>();
  readonly trees = new Map<string, string>();
  /** The commits that parex's merges into the base have merged. */
  readonly merged = new Map<string, string>();
  /** Folders with the `.gitattributes` of commits. */
  readonly attributes = new Map<string, string>();

  /** Takes in a commit of parex's own; a checkout of what `git add` has stored is clean if it was before. */
  addSingle(sha: string, commit: SingleCommit): void {
    this.single.set(sha, commit);
    if (this.clean.has(commit.parent) && keepsAttributes(commit)) this.clean.add(sha);
  }

  /** Whether a commit is known to contain another one. False: git may know better. */
  contains(commit: string, older: string): boolean {
    for (let one: string | undefined = commit; one; one = this.single.get(one)?.parent) {
      if (one === older) return true;
    }
    return false;
  }

  /** Takes in a merge of `theirs` into `ours`. */
  addMerge(
    sha: string,
    { ours, theirs, tree }: { ours: string; theirs: string; tree: string },
  ): void {
    this.trees.set(sha, tree);
    this.merged.set(sha, theirs);
    const single = this.single.get(theirs);
    if (!single || !keepsAttributes(single)) return;
    const folder = this.attributes.get(ours);
    if (folder !== undefined) this.attributes.set(sha, folder);
    if (this.clean.has(ours) && this.clean.has(theirs)) this.clean.add(sha);
  }
}

/** The files that decide how git converts others. */
export const ATTRIBUTES = /(^|\/)\.gitattributes$/;

function keepsAttributes({ paths }: SingleCommit): boolean {
  return paths.every((path) => !ATTRIBUTES.test(path));
}
