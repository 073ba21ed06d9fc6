import { type Usage, USAGE_COUNTS } from "../domain/event.ts";
import { addUsage } from "../domain/metrics.ts";

/** Tokens and cost in a line, by what each part covers. */
export interface ReportedUsage {
  /** Since the last line with usage. */
  more?: Usage | undefined;
  /** The attempt so far: it replaces earlier figures. */
  attempt?: Usage | undefined;
  /** The conversation with all of its attempts, including interrupted ones. */
  conversation?: Usage | undefined;
}

/** The usage of the attempt after one more line. */
export function addReported(usage: Usage, told: ReportedUsage, before?: Usage): Usage {
  let used = told.attempt ?? usage;
  if (told.more) used = addUsage(used, told.more);
  if (told.conversation) used = { ...used, ...usageSince(before, told.conversation) };
  return used;
}

/** What of `all` was not used before. */
function usageSince(before: Usage = {}, all: Usage): Usage {
  const rest = { ...all };
  for (const key of USAGE_COUNTS) {
    const count = all[key];
    if (count !== undefined) rest[key] = Math.max(0, count - (before[key] ?? 0));
  }
  return rest;
}
