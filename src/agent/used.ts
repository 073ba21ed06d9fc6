import { type Usage, USAGE_COUNTS } from "../domain/event.ts";
import { addUsage } from "../domain/metrics.ts";

/** What a line tells of tokens and cost, each part by what it covers. */
export interface UsageTold {
  /** Since the last line that told it. */
  more?: Usage;
  /** The attempt so far: it replaces what was told before. */
  attempt?: Usage;
  /** The conversation with all of its attempts, those that were cut off included. */
  conversation?: Usage;
}

/** What the attempt has used, with what a line tells. */
export function usedBy(usage: Usage, told: UsageTold, before?: Usage): Usage {
  let used = told.attempt ?? usage;
  if (told.more) used = addUsage(used, told.more);
  if (told.conversation) used = { ...used, ...beyond(before, told.conversation) };
  return used;
}

/** What of `all` was not used before. */
function beyond(before: Usage = {}, all: Usage): Usage {
  const rest = { ...all };
  for (const key of USAGE_COUNTS) {
    const count = all[key];
    if (count !== undefined) rest[key] = Math.max(0, count - (before[key] ?? 0));
  }
  return rest;
}
