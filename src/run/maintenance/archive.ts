import { basename, dirname, join, relative } from "node:path";
import { ARCHIVE_DIR } from "../../domain/names.ts";
import { type Plan, planFolder } from "../../domain/plan.ts";
import type { RunRecord } from "../../domain/record.ts";
import { exists, io, isWithin } from "../../util/files.ts";
import { entries } from "../../git/git.ts";
import type { Repository } from "../../git/repository.ts";
import { summarize } from "../../report/run/summary.ts";
import { reportText } from "../../report/run/text.ts";

export interface Archived {
  /** Absolute. */
  path: string;
  /** Plan and task files that were moved there. */
  moved: string[];
  /** Files that git tracks, or outside of this repository: they also stay where they are. */
  copied: string[];
}

/** Columns of the report's text, which is written to a file. */
const COLUMNS = 100;

/** The folder that a plan goes to, relative to the repository. */
export function archiveNameOf(plan: Plan, now: Date): string {
  const name = plan.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  const time = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${ARCHIVE_DIR}/${name.slice(0, 60) || "plan"}-${time}`;
}

/**
 * Puts a plan, its task files and the report over all its runs into a folder of the archive. Files that git
 * tracks are copied: moving them would change the user's tree.
 */
export async function archivePlan(
  { repo, plan, path, record }: {
    repo: Repository;
    plan: Plan;
    path: string;
    record?: RunRecord | undefined;
  },
): Promise<Archived> {
  const folder = planFolder(plan);
  const files = [
    ...plan.foreign ? [] : [plan.path],
    ...plan.tasks.map(({ source }) => source.path),
  ];
  const all = [...new Set(files)];
  // A list that belongs to another tool is never moved.
  const movable = await untrackedOf(repo, plan.foreign ? [] : all);
  // An interrupted archive must not look complete.
  const part = join(dirname(path), `.${basename(path)}.part`);
  return await io(path, async () => {
    await Deno.mkdir(part, { recursive: true });
    for (const file of all) {
      const target = join(part, relative(folder, file));
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.copyFile(file, target);
    }
    if (record) await writeReport(part, record);
    await Deno.rename(part, path);
    for (const file of movable) await Deno.remove(file);
    await removeEmptyFolders(repo, movable);
    const moved = new Set(movable);
    return { path, moved: movable, copied: all.filter((file) => !moved.has(file)) };
  });
}

async function writeReport(folder: string, record: RunRecord): Promise<void> {
  const summary = summarize(record);
  await Deno.writeTextFile(
    join(folder, "report.txt"),
    reportText(summary, { color: false, columns: COLUMNS }),
  );
  await Deno.writeTextFile(
    join(folder, "report.json"),
    JSON.stringify(summary, null, 2) + "\n",
  );
}

/** The files that are in the checkout and that git does not track. */
async function untrackedOf(repo: Repository, files: string[]): Promise<string[]> {
  const root = repo.checkout;
  const inside = files.filter((file) => isWithin(file, root));
  if (inside.length === 0) return [];
  const names = inside.map((file) => relative(root, file));
  const args = ["--literal-pathspecs", "ls-files", "--cached", "-z", "--", ...names];
  const tracked = await repo.here.git(args);
  const known = new Set(entries(tracked));
  return inside.filter((file) => !known.has(relative(root, file)));
}

async function removeEmptyFolders(repo: Repository, files: string[]): Promise<void> {
  const folders = [...new Set(files.map((file) => dirname(file)))];
  for (const folder of folders.sort((a, b) => b.length - a.length)) {
    if (folder === repo.checkout || !exists(folder)) continue;
    if ([...Deno.readDirSync(folder)].length === 0) await Deno.remove(folder);
  }
}
