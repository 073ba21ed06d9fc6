/**
 * git's error messages. Its exit codes do not distinguish these failures, so its messages must; they are
 * those of the C locale, in which parex runs every git command.
 */
export type Symptom =
  | "locked"
  | "worktree_missing"
  | "branch_exists"
  | "push_rejected"
  | "no_upstream"
  | "network";

const MESSAGES: readonly [Symptom, RegExp][] = [
  ["locked", /\.lock': File exists/],
  ["locked", /could not lock config file/],
  ["worktree_missing", /is a missing but already registered worktree/],
  ["branch_exists", /a branch named '.*' already exists/],
  ["push_rejected", /! \[rejected\].*\((?:non-fast-forward|fetch first)\)/],
  ["no_upstream", /has no upstream branch|no upstream configured/],
  ["network", /Could not resolve host|unable to look up|Temporary failure in name resolution/],
  ["network", /Connection (?:timed out|refused|reset|closed)|Operation timed out/],
  ["network", /Failed to connect|Network is unreachable|No route to host|couldn't connect/i],
  ["network", /early EOF|unexpected disconnect|remote end hung up unexpectedly|RPC failed/],
  ["network", /requested URL returned error: (?:429|5\d\d)/],
  // Written by parex when a command times out.
  ["network", /^timed out$/m],
];

/** The symptoms in an output; several are possible. */
export function symptomsIn(output: string): Set<Symptom> {
  return new Set(MESSAGES.filter(([, message]) => message.test(output)).map(([name]) => name));
}
