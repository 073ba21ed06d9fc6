/** Some limits read `usage limit reached|1712345678`. */
const EPOCH = /limit reached\|(\d{10})\b/;
/** `try again at 3:28 PM`, `try again at Nov 30th, 2026 9:05 AM`: in local time. */
const CLOCK = /again at (?:(\w{3} \d{1,2})(?:st|nd|rd|th)?, (\d{4}) )?(\d{1,2}):(\d{2}) ?([AP]M)/i;
/** `try again in 2 hours 5 minutes`, `retry in 53.2s`, `reset after 1h2m3s`. */
const SPAN = /(?:again|retry|reset)\w* (?:in|after) ((?:[\d.]+ ?[a-z]+[ ,]*)+)/i;
const PART = /([\d.]+) ?(ms|[dhms])[a-z]*/gi;

const UNITS: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 };

/** When a limit ends, milliseconds since the epoch, if the text says so. */
export function endOfLimit(words: string, now = new Date()): { until?: number } {
  const epoch = EPOCH.exec(words)?.[1];
  if (epoch !== undefined) return { until: Number(epoch) * 1000 };
  const clock = CLOCK.exec(words);
  if (clock) return { until: momentOf(clock, now) };
  const span = SPAN.exec(words)?.[1];
  return span === undefined ? {} : { until: now.getTime() + lengthOf(span) };
}

function momentOf([, day, year, hour = "", minute = "", half]: string[], now: Date): number {
  const at = day === undefined ? new Date(now) : new Date(`${day}, ${year}`);
  at.setHours(Number(hour) % 12 + (/p/i.test(half ?? "") ? 12 : 0), Number(minute), 0, 0);
  // Without a day it is the next time that the clock shows this.
  if (day === undefined && at < now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

function lengthOf(span: string): number {
  const parts = [...span.matchAll(PART)];
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit?.toLowerCase() ?? ""] ?? 0),
    0,
  );
}
