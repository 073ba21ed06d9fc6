import { join } from "node:path";
import { makeTempFolder } from "../exec/temp.ts";
import { io } from "../util/files.ts";
import type { Git } from "./git.ts";
import { readStatus } from "./status.ts";
import type { Worktree } from "./worktree.ts";

/**
 * Makes git treat every file as unchanged that is exactly as a checkout writes it. New attributes, a filter
 * that does not restore the committed content, or missing Git LFS objects make git report untouched files as
 * modified; the stat cache of the user's checkout hides this, a fresh worktree does not. Returns whether
 * there were such files. `fresh`: the worktree has just been checked out at this commit, so that git needs to
 * be asked only once for all worktrees.
 */
export async function ignoreCheckoutDifferences(
  worktree: Worktree,
  fresh?: string,
): Promise<boolean> {
  const { clean } = worktree.repo.known;
  if (fresh !== undefined && clean.has(fresh)) return false;
  const modified = await modifiedFiles(worktree);
  if (fresh !== undefined && modified.length === 0) clean.add(fresh);
  if (modified.length === 0) return false;
  const folder = await makeTempFolder("parex-");
  try {
    const untouched = await asCheckedOut(worktree, modified, join(folder, "files"));
    if (untouched.length === 0) return false;
    // git compares a file again each time if it is as new as the index entry.
    await io(worktree.path, () => makeOlder(worktree.path, untouched));
    const notes = new IndexNotes(worktree, join(folder, "git"));
    await notes.refresh([]);
    const left = new Set(await modifiedFiles(worktree));
    const filtered = untouched.filter((path) => left.has(path));
    if (filtered.length > 0) await notes.refresh(filtered);
    return true;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function modifiedFiles(worktree: Git): Promise<string[]> {
  const flags = ["--untracked-files=no", "--ignore-submodules=all"];
  const { changes } = await readStatus(worktree, flags);
  // A name that is not UTF-8 cannot be represented as a string.
  return changes.filter(({ state, path }) => state === " M" && !path.includes("\ufffd"))
    .map(({ path }) => path);
}

/** The files that are, byte for byte, what a checkout writes now. */
async function asCheckedOut(worktree: Git, paths: string[], folder: string): Promise<string[]> {
  await Deno.mkdir(folder);
  const input = paths.map((path) => `${path}\0`).join("");
  await worktree.git(["checkout-index", `--prefix=${folder}/`, "-z", "--stdin"], { input });
  const same = await Promise.all(
    paths.map((path) => isSame(join(worktree.path, path), join(folder, path))),
  );
  return paths.filter((_, at) => same[at]);
}

async function isSame(one: string, other: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([Deno.lstat(one), Deno.lstat(other)]);
    if (!first.isFile || !second.isFile || first.size !== second.size) return false;
    const [a, b] = await Promise.all([Deno.readFile(one), Deno.readFile(other)]);
    return a.every((byte, at) => byte === b[at]);
  } catch {
    return false; // gone meanwhile: it is not as it was
  }
}

const OLDER_MS = 10_000;

async function makeOlder(worktree: string, paths: string[]): Promise<void> {
  const then = new Date(Date.now() - OLDER_MS);
  for (const path of paths) await Deno.utime(join(worktree, path), then, then);
}

/** The stat cache in a worktree's index. */
class IndexNotes {
  constructor(
    private readonly worktree: Worktree,
    /** For a git directory whose attributes differ. */
    private readonly folder: string,
  ) {}

  /** Records files as unchanged that are so without conversion, and these files whatever they contain. */
  async refresh(paths: readonly string[]): Promise<void> {
    const { folder, worktree } = this;
    const { gitDir, repo: { commonDir } } = worktree;
    await io(folder, async () => {
      for (const name of ["info", "objects", "refs"]) {
        await Deno.mkdir(join(folder, name), { recursive: true });
      }
      await Deno.writeTextFile(join(folder, "HEAD"), "ref: refs/heads/none\n");
      await Deno.copyFile(join(commonDir, "config"), join(folder, "config"));
      const lines = [
        "* -text -ident -filter -working-tree-encoding",
        ...paths.map((path) => `${patternOf(path)} filter=parex`),
      ];
      await Deno.writeTextFile(join(folder, "info/attributes"), lines.join("\n") + "\n");
    });
    const committed = "filter.parex.clean=git cat-file blob :%f";
    await worktree.result(["-c", committed, "update-index", "-q", "--refresh"], {
      env: {
        GIT_DIR: folder,
        GIT_WORK_TREE: worktree.path,
        GIT_INDEX_FILE: join(gitDir, "index"),
        GIT_OBJECT_DIRECTORY: join(commonDir, "objects"),
      },
    });
  }
}

/** The pattern of gitattributes(5) that means this one path. */
function patternOf(path: string): string {
  const pattern = path.replaceAll(/[\\*?[\]]/g, "\\$&");
  return `"/${pattern.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
