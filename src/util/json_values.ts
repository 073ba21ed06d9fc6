/** Whether a value is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The record under a key; empty if there is none. */
export function recordAt(value: unknown, key: string): Record<string, unknown> {
  const found = isRecord(value) ? value[key] : undefined;
  return isRecord(found) ? found : {};
}

/** The text under the first of these keys that holds one. */
export function textAt(value: unknown, ...keys: string[]): string | undefined {
  if (!isRecord(value)) return undefined;
  for (const key of keys) {
    const found = value[key];
    if (typeof found === "string" && found !== "") return found;
  }
  return undefined;
}

/** The count under a key; 0 if there is none. */
export function countAt(value: unknown, key: string): number {
  return amountAt(value, key) ?? 0;
}

/** The amount under a key; undefined if there is none, or if it is not a valid amount. */
export function amountAt(value: unknown, key: string): number | undefined {
  const found = isRecord(value) ? value[key] : undefined;
  return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
}
