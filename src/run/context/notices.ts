import type { Emit } from "../../domain/event.ts";
import type { Notice, Optional } from "../../domain/notice.ts";
import { resultOf } from "../../domain/failed.ts";
import type { TaskId } from "../../domain/task.ts";
import { noticeWords } from "../../report/messages/notice.ts";

/** Reports something that is not a failure, about the run or a task. */
export function notify(emit: Emit, notice: Notice, task?: TaskId): void {
  const whose = task === undefined ? {} : { task };
  emit({ type: "notice", ...whose, message: noticeWords(notice, task) });
}

/** Runs a script that the run can do without: its failure becomes a notice, its value undefined. */
export async function orNotice<T>(
  emit: Emit,
  script: () => Promise<T>,
  { task, without }: { task?: TaskId | undefined; without?: Optional } = {},
): Promise<T | undefined> {
  const result = await resultOf(script);
  if (result.ok) return result.value;
  notify(emit, { about: "failed", failure: result.failure, without }, task);
}
