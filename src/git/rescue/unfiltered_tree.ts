import { entries, type Git } from "../git.ts";
import { writeTree } from "../scratch_index.ts";

interface RawFile {
  mode: string;
  path: string;
  /** The blob that git would store. */
  sha: string;
}

/**
 * A tree of the changed files whose bytes on disk differ from what git stores: converted line endings,
 * filters. Undefined if there are none.
 */
export async function writeRawTree(
  worktree: Git,
  tree: string,
): Promise<string | undefined> {
  const changed = await changedFiles(worktree, tree);
  if (changed.length === 0) return undefined;
  const shas = await hashes(worktree, changed, []);
  const differing = changed.filter(({ sha }, at) => shas[at] !== sha);
  if (differing.length === 0) return undefined;
  const written = await hashes(worktree, differing, ["-w"]);
  const files = differing.map(({ mode, path }, at) => ({
    mode,
    path,
    sha: written[at] ?? "",
  }));
  return await writeTree(worktree, files);
}

/** Plain files of a tree that differ from the last commit. */
async function changedFiles(worktree: Git, tree: string): Promise<RawFile[]> {
  const head = await worktree.maybe(["rev-parse", "--quiet", "--verify", "HEAD^{tree}"]);
  const args = head === undefined
    ? ["ls-tree", "-r", "-z", "--full-tree", tree]
    : ["diff-tree", "-r", "-z", "--no-renames", head, tree];
  const listed = await worktree.git(args);
  return (head === undefined ? fromTree : fromDiff)(entries(listed)).filter((
    { mode, path },
  ) =>
    // A name that is not UTF-8 cannot be represented as a string.
    mode.startsWith("100") && !path.includes("\ufffd")
  );
}

/** `<mode> blob <sha>\t<path>` */
function fromTree(lines: string[]): RawFile[] {
  return lines.map((line) => {
    const [info = "", path = ""] = line.split("\t", 2);
    const [mode = "", , sha = ""] = info.split(" ");
    return { mode, sha, path };
  });
}

/** `:<old mode> <mode> <old sha> <sha> <letter>`, then the path. */
function fromDiff(fields: string[]): RawFile[] {
  const files: RawFile[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , sha = ""] = (fields[at] ?? "").split(" ");
    files.push({ mode, sha, path: fields[at + 1] ?? "" });
  }
  return files;
}

async function hashes(
  worktree: Git,
  files: RawFile[],
  flags: string[],
): Promise<string[]> {
  const input = files.map(({ path }) => `${quoted(path)}\n`).join("");
  const args = ["hash-object", ...flags, "--no-filters", "--stdin-paths"];
  const hashed = await worktree.git(args, { input });
  return hashed.split("\n");
}

/** Quoted as git reads one path per line. */
function quoted(path: string): string {
  if (!/^"|\n/.test(path)) return path;
  const escaped = path.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n");
  return `"${escaped}"`;
}
