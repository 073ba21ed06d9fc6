import type { Emit } from "../../domain/event.ts";
import { resultOf } from "../../domain/failed.ts";
import type { TaskId } from "../../domain/task.ts";
import { explain } from "../../report/messages/explain.ts";

/** Runs a script that the run can do without: a failure becomes a notice, and the value undefined. */
export async function orNotice<T>(
  emit: Emit,
  script: () => Promise<T>,
  { task, prefix = "" }: { task?: TaskId; prefix?: string } = {},
): Promise<T | undefined> {
  const result = await resultOf(script);
  if (result.ok) return result.value;
  const { message } = explain(result.failure, task === undefined ? {} : { task });
  const whose = task === undefined ? {} : { task };
  emit({ type: "notice", ...whose, message: prefix + message });
}
