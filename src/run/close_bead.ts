import { TIMEOUTS } from "../domain/timeouts.ts";
import { basename, dirname } from "node:path";
import type { TaskId } from "../domain/task.ts";
import { sh } from "../exec/sh.ts";
import { isOnPath } from "../exec/which.ts";
import type { Scope } from "./context/run_context.ts";
import { notify } from "./context/notices.ts";

const BD = "bd";

/**
 * Closes an issue of beads in bd's database; the list that parex has marked is only an export of it. Without
 * bd, the mark in the list is all that changes.
 */
export async function closeBead(scope: Scope, id: TaskId): Promise<void> {
  const source = scope.tasks.get(id)?.source;
  if (source?.kind !== "foreign" || basename(dirname(source.list)) !== ".beads") return;
  if (!isOnPath(BD)) return;
  const cwd = dirname(dirname(source.list));
  const closed = await sh([BD, "close", id], { cwd, timeoutMs: TIMEOUTS.tool });
  if (closed.code === 0) return;
  const detail = closed.stderr.trim().split("\n").at(-1) ?? "";
  notify(scope.emit, { about: "bead_not_closed", id, detail }, id);
}
