export function assert(value: unknown, message?: string): asserts value;
export function assertEquals<T>(actual: T, expected: T, message?: string): void;
export function assertMatch(actual: string, expected: RegExp, message?: string): void;
export function assertRejects(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any -- any class of error, as std itself says
  errorClass?: abstract new (...args: any[]) => Error,
  messageIncludes?: string,
): Promise<Error>;
export function assertThrows(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any -- any class of error, as std itself says
  errorClass?: abstract new (...args: any[]) => Error,
  messageIncludes?: string,
): Error;
