/** What agents say when the account's limit is reached. */
const LIMIT =
  /\b(usage|rate|session|weekly|hourly|daily|request) limit|limit reached|hit your .{0,20}limit/i;
const QUOTA = /\bquota\b|too many requests|resource_exhausted|\b429\b/i;
const UNREACHABLE =
  /overloaded|unable to connect|connection error|connection refused|fetch failed|timed out|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/i;
/** What waiting does not bring back. */
const SPENT = /spend limit|credit balance/i;

/** Whether words tell of money that is spent, which no waiting brings back. */
export function isSpent(words: string): boolean {
  return SPENT.test(words);
}

/** What in an agent's last words stands in the way for now, so that trying again later helps. */
export function limitIn(words: string): "quota" | "overload" | undefined {
  if (isSpent(words)) return undefined;
  if (LIMIT.test(words)) return "quota";
  return UNREACHABLE.test(words) ? "overload" : undefined;
}

/** The same for agents that tell an error of the API by its words alone. */
export function limitInError(words: string): "quota" | "overload" | undefined {
  return !isSpent(words) && QUOTA.test(words) ? "quota" : limitIn(words);
}
