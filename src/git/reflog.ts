import { join } from "node:path";
import type { Move } from "../domain/borders.ts";
import { readIfThere } from "../util/files.ts";
import type { Repository } from "./repository.ts";

/** Limit of the entries that are read. */
const NEWEST = 200;

/** The newest reflog entries of a ref, or of `worktrees/<name>/HEAD`; none if git keeps no reflog. */
export async function movesOf(repo: Repository, ref: string): Promise<Move[]> {
  const linked = /^worktrees\/(.+)\/HEAD$/.exec(ref)?.[1];
  if (repo.refs.isInFiles) {
    const folder = linked === undefined ? ["logs", ref] : ["worktrees", linked, "logs/HEAD"];
    return movesIn(await readIfThere(join(repo.commonDir, ...folder)) ?? "");
  }
  const of = linked === undefined ? [] : ["--git-dir", join(repo.commonDir, "worktrees", linked)];
  const args = ["reflog", "show", "-n", String(NEWEST), "--format=%H%x09%gs"];
  const shown = await repo.result([...of, ...args, linked === undefined ? ref : "HEAD", "--"]);
  if (shown.code !== 0) return [];
  return shown.stdout.split("\n").filter((line) => line !== "").map((line) => {
    const [to = "", message = ""] = line.split("\t");
    return { to, message };
  });
}

/** A reflog's file: the commit before and after, who and when, a tab, a message. */
function movesIn(text: string): Move[] {
  return text.split("\n").filter((line) => line !== "").slice(-NEWEST).reverse().map((line) => {
    const tab = line.indexOf("\t");
    const [, to = ""] = line.split(" ", 2);
    return { to, message: tab < 0 ? "" : line.slice(tab + 1) };
  });
}

/** The commits that the files of reflogs name, in any entry. */
export async function commitsInReflogs(files: string[]): Promise<string[]> {
  const texts = await Promise.all(files.map(readIfThere));
  const lines = texts.flatMap((text) => (text ?? "").split("\n"));
  const commits = lines.flatMap((line) => /^([0-9a-f]+) ([0-9a-f]+) /.exec(line)?.slice(1) ?? []);
  return commits.filter((sha) => !/^0+$/.test(sha));
}
