/** What one side of a merge did to a file, seen from where both sides began. */
export interface SideOfConflict {
  did: "nothing" | "modified" | "added" | "deleted" | "renamed" | "changed_mode";
  /** `renamed`: its new path, or its old one. */
  to?: string;
  from?: string;
  /** `added`, `changed_mode`: what it is now, if it is not a regular file. */
  as?: "symlink" | "submodule" | "executable";
}

/** A file in which the two sides of a merge do not agree. */
export interface FileConflict {
  path: string;
  ours: SideOfConflict;
  theirs: SideOfConflict;
  binary?: true | undefined;
}

export interface SideNames {
  ours: string;
  theirs: string;
}

/** A conflict in one line: the file, and what each side did to it. */
export function conflictLine(conflict: FileConflict, names: SideNames): string {
  const { path, binary } = conflict;
  return `${binary ? `${path} (binary)` : path}: ${deedsOf(conflict, names)}`;
}

/** What each side did to the file. */
export function deedsOf({ ours, theirs }: FileConflict, names: SideNames): string {
  if (ours.did === "added" && theirs.did === "added") return "added by both";
  if (ours.did === "modified" && theirs.did === "modified") return "modified by both";
  const sides = [[names.ours, ours], [names.theirs, theirs]] as const;
  const deeds = sides.flatMap(([name, side]) =>
    side.did === "nothing" ? [] : `${changeWords(side)} by ${name}`
  );
  return deeds.join(", ") || "in conflict";
}

const KINDS = {
  symlink: "a symbolic link",
  submodule: "a submodule",
  executable: "executable",
} as const;

function changeWords({ did, to, from, as }: SideOfConflict): string {
  if (did === "renamed") return to === undefined ? `renamed from ${from}` : `renamed to ${to}`;
  if (did === "changed_mode") return as === undefined ? "mode changed" : `made ${KINDS[as]}`;
  return as === undefined ? did : `${did} as ${KINDS[as]}`;
}
