import { join } from "node:path";
import type { Undo } from "../domain/borders.ts";
import { checkoutDirOf, type Look } from "./borders.ts";
import type { Git } from "./git.ts";
import { putFileBack, stampAt, textIn } from "./git_files.ts";
import type { Repository } from "./repository.ts";

/**
 * Restores what nobody has changed since it was seen; returns whether it did. `keep`: for files that are
 * removed.
 */
export async function putBack(
  repo: Repository,
  undo: Undo,
  { before, after, keep }: { before: Look; after: Look; keep: string },
): Promise<boolean> {
  switch (undo.kind) {
    case "ref":
      return await putRefBack(repo, undo);
    case "head":
      return await putHeadBack(repo, undo);
    case "index":
      return putIndexBack(before, after);
    case "git_file":
      return putFileBack(undo, before.sight.gitFiles.get(undo.path), keep);
  }
}

const WHY = ["-m", "parex: put back"];

async function putRefBack(
  repo: Repository,
  { ref, was, is }: Extract<Undo, { kind: "ref" }>,
): Promise<boolean> {
  if (is?.symbolic !== undefined && was?.symbolic === undefined) {
    const names = await repo.maybe(["symbolic-ref", "--quiet", ref]);
    if (names !== is.symbolic) return false;
    // Commits made under this name stay on it; the branch that it named is restored separately.
    return await succeeds(repo, ["update-ref", ...WHY, "--no-deref", ref, is.sha]);
  }
  const change = was ? ["update-ref", ...WHY] : ["update-ref", "-d"];
  const values = was ? [was.sha, is?.sha ?? ""] : [is?.sha ?? ""];
  return await succeeds(repo, [...change, ref, ...values]);
}

async function putHeadBack(
  repo: Repository,
  { was, is }: Extract<Undo, { kind: "head" }>,
): Promise<boolean> {
  if (textIn(join(checkoutDirOf(repo), "HEAD")) !== is) return false;
  return await succeeds(
    repo,
    was.startsWith("ref: ")
      ? ["symbolic-ref", ...WHY, "HEAD", was.slice("ref: ".length)]
      : ["update-ref", ...WHY, "--no-deref", "HEAD", was],
  );
}

async function succeeds(git: Git, args: string[]): Promise<boolean> {
  return (await git.result(args)).code === 0;
}

/** Under git's own lock. */
function putIndexBack({ index: { bytes, path } }: Look, { index: is }: Look): boolean {
  if (!bytes) return false;
  const lock = `${path}.lock`;
  try {
    Deno.writeFileSync(lock, bytes, { createNew: true });
  } catch {
    return false; // another git is at work there
  }
  if (stampAt(path) === is.stamp) {
    Deno.renameSync(lock, path);
    return true;
  }
  Deno.removeSync(lock);
  return false;
}
