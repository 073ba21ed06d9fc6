import type { RefusalWhy } from "../domain/failure.ts";
import type { Obstacle } from "./output.ts";
import { endOfLimit } from "./limit_end.ts";

/** Error texts of refusals that waiting does not lift. */
export type RefusalWords = readonly [why: RefusalWhy, words: RegExp][];

const REFUSALS: RefusalWords = [
  ["no_money", /spend limit|credit balance|insufficient_quota|credits? (are|is) depleted/i],
  ["no_money", /billing_hard_limit|out of credits|payment required/i],
  ["key_refused", /invalid.{0,12}api[ _-]?key|api[ _-]?key.{0,12}(not valid|invalid)/i],
  [
    "key_refused",
    /authentication failed|incorrect api key|authentication_error|\b401\b.{0,20}unauthorized/i,
  ],
  ["not_logged_in", /didn't provide an api key|not logged in|not authenticated|no authentication/i],
  ["unknown_model", /model_not_found|unknown model|no such model/i],
  ["unknown_model", /\bmodels?\b.{0,80}(not found|does not exist|is not supported)/i],
];

/** What agents say when the account's limit is reached. */
const LIMIT =
  /\b(usage|rate|session|weekly|hourly|daily|request) limit|limit reached|hit your .{0,20}limit/i;
/** The same in errors of an API, which contain no text of a model. */
const QUOTA = /\bquota\b|too many requests|resource_exhausted|\b429\b/i;
/** No answer came from the API. */
const UNREACHABLE =
  /unable to connect|connection error|connection refused|fetch failed|timed out|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT/i;
const OVERLOADED = /overloaded|\b50[023]\b|\b529\b|high (demand|load)|server_error|UNAVAILABLE/i;

/** What an error text says about the account or the API; `own` are patterns of this agent only. */
export function findObstacle(words: string, own: RefusalWords = []): Obstacle | undefined {
  const why = [...own, ...REFUSALS].find(([, pattern]) => pattern.test(words))?.[0];
  if (why !== undefined) return { refusal: why };
  if (LIMIT.test(words) || QUOTA.test(words)) return { limit: "quota", ...endOfLimit(words) };
  return UNREACHABLE.test(words) || OVERLOADED.test(words) ? { limit: "overload" } : undefined;
}

/** Whether an error says that the API did not answer at all, as without a network. */
export function isUnreachable(words: string): boolean {
  return UNREACHABLE.test(words) && !OVERLOADED.test(words);
}
