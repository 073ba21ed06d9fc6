/** Counts git processes by what git itself writes down with `GIT_TRACE2_EVENT`. */

export interface GitProcesses {
  /** Those that parex has started. */
  started: number;
  /** With those that git has started in turn, which differ from version to version of git. */
  all: number;
}

/** The git processes in a trace, as api-trace2 describes its lines. */
export function gitProcesses(trace: string): GitProcesses {
  const ids = trace.split("\n").filter((line) => line.includes('"event":"version"'))
    .map((line) => String(JSON.parse(line).sid));
  // A child's id begins with its parent's.
  return { started: ids.filter((id) => !id.includes("/")).length, all: ids.length };
}
