const DAY_MS = 24 * 60 * 60 * 1000;

/** Reads `today`, `tomorrow`, `+3d` or `2026-03-01` as an ISO date; undefined if it is none. */
export function parseDue(text, today) {
  if (text === "today") return today;
  if (text === "tomorrow") return addDays(today, 1);
  const days = /^\+(\d{1,4})d$/.exec(text)?.[1];
  if (days !== undefined) return addDays(today, Number(days));
  return isDate(text) ? text : undefined;
}

function addDays(date, days) {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** 2026-02-30 has the form of a date, but is none. */
function isDate(text) {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
