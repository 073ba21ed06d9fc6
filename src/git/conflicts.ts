import type { FileConflict, SideOfConflict } from "../domain/file_conflict.ts";
import { forkPoint } from "./ancestry.ts";
import { entries, type Git } from "./git.ts";
import type { Repository } from "./repository.ts";

/** A version of a file in conflict. */
interface Stage {
  path: string;
  mode: string;
  sha: string;
  /** 1: the merge base, 2: ours, 3: theirs. */
  stage: number;
}

/** The output of `git merge-tree --write-tree --messages -z`. */
export interface MergeTreeOutput {
  tree: string;
  stages: Stage[];
  /** git's own lines about conflicts. */
  messages: string[];
}

/** Parses it: the tree, versions up to an empty field, then paths, kind and text of each message. */
export function parseMergeTree(stdout: string): MergeTreeOutput {
  const [tree = "", ...fields] = stdout.split("\0");
  const end = fields.indexOf("");
  const stages = fields.slice(0, end < 0 ? fields.length : end).flatMap((field) =>
    stageOf(field) ?? []
  );
  const messages: string[] = [];
  const rest = end < 0 ? [] : fields.slice(end + 1);
  for (let at = 0; at < rest.length;) {
    const paths = Number(rest[at]);
    if (!Number.isInteger(paths) || rest[at] === "") break;
    const [kind = "", text = ""] = rest.slice(at + 1 + paths);
    if (kind.startsWith("CONFLICT")) messages.push(text.trim());
    at += paths + 3;
  }
  return { tree, stages, messages };
}

/** The versions of unmerged files in a worktree. */
export async function unmergedStages(worktree: Git): Promise<Stage[]> {
  const listed = await worktree.git(["ls-files", "--unmerged", "-z"]);
  return entries(listed).flatMap((line) => stageOf(line) ?? []);
}

function stageOf(line: string): Stage | undefined {
  const found = /^(\d+) ([0-9a-f]+) ([123])\t(.+)$/s.exec(line);
  if (!found) return undefined;
  const [, mode = "", sha = "", stage, path = ""] = found;
  return { path, mode, sha, stage: Number(stage) };
}

/** What each side of a merge did to the files in conflict since the merge base. */
export async function describeConflicts(
  repo: Repository,
  sides: { ours: string; theirs: string },
  stages: readonly Stage[],
  messages: readonly string[],
): Promise<{ conflicts: FileConflict[]; messages: string[] }> {
  const fork = await forkPoint(repo, sides.ours, sides.theirs);
  const [ours, theirs] = fork === undefined
    ? [new Map<string, string>(), new Map<string, string>()]
    : [await renames(repo, fork, sides.ours), await renames(repo, fork, sides.theirs)];
  const paths = [...new Set(stages.map(({ path }) => path))];
  const conflicts = paths.map((path): FileConflict => {
    const of = (stage: number) => stages.find((one) => one.path === path && one.stage === stage);
    const base = of(1);
    const isBinary = messages.some((text) => text.includes("binary") && text.includes(path));
    return {
      path,
      ours: sideOf(path, base, of(2), ours),
      theirs: sideOf(path, base, of(3), theirs),
      binary: isBinary || undefined,
    };
  });
  // People cannot use full commit names.
  const said = messages.map((text) =>
    text.replaceAll(/\b[0-9a-f]{40,64}\b/g, (sha) => sha.slice(0, 10))
  );
  return { conflicts, messages: said };
}

function sideOf(
  path: string,
  base: Stage | undefined,
  side: Stage | undefined,
  renamed: ReadonlyMap<string, string>,
): SideOfConflict {
  const to = renamed.get(path);
  if (to !== undefined) return { did: "renamed", to };
  const from = [...renamed].find(([, to]) => to === path)?.[0];
  if (from !== undefined && side) return { did: "renamed", from };
  if (!side) return { did: base ? "deleted" : "nothing" };
  if (!base) return { did: "added", ...kindOf(side) };
  if (base.mode !== side.mode) return { did: "changed_mode", ...kindOf(side) };
  return { did: base.sha === side.sha ? "nothing" : "modified" };
}

function kindOf({ mode }: Stage): { as?: "symlink" | "submodule" | "executable" } {
  if (mode === "120000") return { as: "symlink" };
  if (mode === "160000") return { as: "submodule" };
  return mode === "100755" ? { as: "executable" } : {};
}

/** The files that were renamed between two commits, with their new names. */
async function renames(
  repo: Repository,
  from: string,
  to: string,
): Promise<Map<string, string>> {
  const flags = ["-r", "-M", "--diff-filter=R", "--name-status", "-z"];
  const listed = entries(await repo.git(["diff-tree", ...flags, from, to]));
  const found = new Map<string, string>();
  for (let at = 0; at + 2 < listed.length; at += 3) {
    found.set(listed[at + 1] ?? "", listed[at + 2] ?? "");
  }
  return found;
}
