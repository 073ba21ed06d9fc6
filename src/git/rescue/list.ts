import { RESCUE_REFS } from "../../domain/names.ts";
import type { Repository } from "../repository.ts";
import { readNote, type RescueNote } from "./note.ts";

/** Anchored work. */
export interface Rescued {
  ref: string;
  sha: string;
  note: RescueNote;
}

/** All rescue refs of a repository that parex has written. */
export async function listRescues(repo: Repository): Promise<Rescued[]> {
  const format = "--format=%(refname)%00%(objectname)%00%(contents)%00";
  const listed = await repo.git(["for-each-ref", format, RESCUE_REFS]);
  const fields = listed.split("\0");
  const found: Rescued[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const note = readNote(fields[at + 2] ?? "");
    if (!note) continue;
    found.push({ ref: (fields[at] ?? "").trimStart(), sha: fields[at + 1] ?? "", note });
  }
  return found;
}

/** How many of the anchored commits are on no branch and no tag. */
export async function commitsIn(repo: Repository, { note }: Rescued): Promise<number> {
  const { head, refs, commits } = note;
  const anchored = [
    ...(head === undefined ? [] : [head]),
    ...refs.map(({ sha }) => sha),
    ...commits,
  ];
  if (anchored.length === 0) return 0;
  const args = ["rev-list", "--count", ...anchored, "--not", "--branches", "--remotes", "--tags"];
  const counted = await repo.line(args);
  return Number(counted);
}
