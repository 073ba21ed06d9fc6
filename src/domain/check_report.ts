/** How much of the code a check's tests ran, as the project's own tool reported it. */
export interface Coverage {
  of: "lines" | "statements";
  /** 0 to 100; the lowest where the tool printed one for each of several packages. */
  percent: number;
  /** The highest of several packages; absent: there is one figure. */
  highest?: number | undefined;
  /** How many packages, where there is no figure for all of them. */
  packages?: number | undefined;
  covered?: number | undefined;
  total?: number | undefined;
  /** A file that the check wrote, relative to the project, or `output`. */
  from: string;
}

export type CheckState = "passed" | "failed" | "timed_out" | "killed" | "removed";

/** How one check ended. */
export interface CheckResult {
  name: string;
  command: string;
  /** Where the command comes from: `config`, or a manifest. */
  from: string;
  /** `removed`: the base has the check, this commit does not. */
  state: CheckState;
  /** null: a signal ended it, or it was not run. */
  exit_code: number | null;
  ms: number;
  /** The lines of its output that say what failed. */
  excerpt: string[];
  /** The file with its whole output. */
  log?: string | undefined;
  coverage?: Coverage | undefined;
  /** It was not run: it had passed on the same tree. */
  reused?: { run: string; task?: string | undefined } | undefined;
}

/** What was checked. */
export interface CheckTarget {
  kind: "task" | "base" | "branch" | "commit";
  /** The task's id, the branch, or what was asked for. */
  name: string;
  sha: string;
  subject: string;
}

/** The result of `parex check`. */
export interface CheckReport {
  target: CheckTarget;
  /** `unchecked`: the project has no checks. */
  state: "passed" | "failed" | "unchecked";
  /** Setup first, if it failed; then nothing else was run. */
  checks: CheckResult[];
  ms: number;
  /** What else there is to know. */
  notes: string[];
}
