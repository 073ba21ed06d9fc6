/**
 * Holds a schema and a TypeScript type together: `Same<A, B>` is `true` only if both have the same
 * fields, as optional and of the same types, all the way down.
 */
export type Same<A, B> = [Plain<A>] extends [Plain<B>]
  ? [Plain<B>] extends [Plain<A>] ? true : "the schema allows what the type does not"
  : "the type allows what the schema does not";

/** Fields whose insides are parex's own. */
type Opaque = "failure" | "unreadable" | "settings";

/** Absent is a value here, so that a field that is missing on one side is noticed. */
type Plain<T> = T extends readonly unknown[] ? { [K in keyof T]: Plain<T[K]> }
  : T extends object ? {
      [K in keyof T]-?: K extends Opaque ? "opaque"
        : Record<never, never> extends Pick<T, K> ? Plain<Exclude<T[K], undefined>> | "absent"
        : Plain<T[K]>;
    }
  : T;

/** Compiles only for the same types. */
export function same<_ extends true>(): void {}
