import { conflictLine, type FileConflict } from "../../src/domain/file_conflict.ts";
import { assertEquals } from "../support/assert.ts";

Deno.test("a conflict is one line that says what each side did", () => {
  const names = { ours: "main", theirs: "task-2" };
  const nothing = { did: "nothing" } as const;
  const modified = { did: "modified" } as const;
  const lines: [FileConflict, string][] = [
    [{ path: "a", ours: modified, theirs: modified }, "a: modified by both"],
    [{ path: "a", ours: { did: "added" }, theirs: { did: "added" } }, "a: added by both"],
    [
      { path: "a", ours: { did: "deleted" }, theirs: modified },
      "a: deleted by main, modified by task-2",
    ],
    [
      { path: "b", ours: { did: "renamed", from: "a" }, theirs: modified },
      "b: renamed from a by main, modified by task-2",
    ],
    [
      { path: "a", ours: { did: "renamed", to: "b" }, theirs: nothing },
      "a: renamed to b by main",
    ],
    [
      { path: "a", ours: { did: "changed_mode", as: "symlink" }, theirs: modified },
      "a: made a symbolic link by main, modified by task-2",
    ],
    [{ path: "a", ours: modified, theirs: modified, binary: true }, "a (binary): modified by both"],
  ];
  for (const [conflict, line] of lines) assertEquals(conflictLine(conflict, names), line);
});
