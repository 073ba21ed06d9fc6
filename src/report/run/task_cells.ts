import type { Status, TaskId } from "../../domain/task.ts";
import { oneLine } from "../escape.ts";
import { fit } from "../layout.ts";
import { inColorOf, type Paint, statusCell, symbolOf } from "./phrases.ts";

export const STATUS_WIDTH = 11;

/** How the row of a task begins: its mark, id, name and status. */
export function taskCells(
  { id, name, status }: { id: TaskId; name: string; status: Status },
  widths: { id: number; name: number },
  paint: Paint,
): string {
  return [
    inColorOf(status, symbolOf(status), paint),
    " ",
    fit(oneLine(id), widths.id),
    "  ",
    fit(oneLine(name), widths.name),
    "  ",
    statusCell(status, STATUS_WIDTH, paint),
  ].join("");
}
