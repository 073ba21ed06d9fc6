/**
 * What git says when it fails. Its exit codes do not tell these apart, so its messages must: those of
 * its C locale, which every git command of parex's runs in.
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
  // Written by parex when it ends a command that takes too long.
  ["network", /^timed out$/m],
];

/** What an output shows; several are possible. */
export function symptomsIn(output: string): Set<Symptom> {
  return new Set(MESSAGES.filter(([, message]) => message.test(output)).map(([name]) => name));
}
