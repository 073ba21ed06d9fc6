import { createColors } from "picocolors";
import { type Finding, isFixable, type Severity, severityOf } from "../../domain/doctor_finding.ts";
import { oneLine, shellWord } from "../escape.ts";
import { plural, wrap } from "../layout.ts";
import { explain } from "../messages/explain.ts";
import type { Paint } from "../run/phrases.ts";
import { sizeWords } from "../words.ts";

/** A finding as `parex doctor --json` prints it. */
export interface FindingReport {
  code: Finding["code"];
  severity: Severity;
  message: string;
  /** Details, a line each. */
  details: string[];
  /** What to do about it, a line each; empty: nothing. */
  next: string[];
  /** Whether `--fix` does it. */
  fixable: boolean;
}

export function reportFinding(finding: Finding): FindingReport {
  const { message, details = [], next } = wordsOf(finding);
  return {
    code: finding.code,
    severity: severityOf(finding),
    message: oneLine(message),
    details: details.map(oneLine),
    next: next.map(oneLine),
    fixable: isFixable(finding),
  };
}

/** Findings for people, the worst first. Its last line is ended. */
export function doctorText(
  findings: readonly Finding[],
  { color, columns }: { color: boolean; columns: number },
): string {
  const paint = createColors(color);
  const reports = findings.map(reportFinding);
  const lines = ORDER.flatMap((severity) =>
    reports.filter((report) => report.severity === severity)
      .flatMap((report) => reportLines(report, paint, columns))
  );
  const bad = reports.filter(({ severity }) => severity !== "info");
  if (bad.length === 0) lines.push("No problems found.");
  else if (bad.some(({ fixable }) => fixable)) {
    lines.push("", "parex doctor --fix fixes what is marked with *, and asks before each fix.");
  }
  return lines.map((line) => line + "\n").join("");
}

const ORDER: Severity[] = ["error", "warning", "info"];
const LABEL_WIDTH = 9;

function reportLines(report: FindingReport, paint: Paint, columns: number): string[] {
  const { severity, message, details, next, fixable } = report;
  const label = { error: paint.red, warning: paint.yellow, info: paint.dim }[severity](severity);
  const gap = " ".repeat(LABEL_WIDTH - severity.length - (fixable ? 1 : 0));
  const indent = " ".repeat(LABEL_WIDTH);
  const [first = "", ...more] = wrap(message, columns - LABEL_WIDTH);
  return [
    `${label}${fixable ? "*" : ""}${gap}${first}`,
    ...more.map((line) => indent + line),
    ...details.map((line) => `${indent}  ${line}`),
    ...next.map((line) => `${indent}${paint.cyan("next:")} ${line}`),
  ];
}

/** The question before a finding is fixed. */
export function fixQuestion(finding: Finding): string {
  return `${oneLine(wordsOf(finding).message)} ${oneLine(FIXES[finding.code] ?? "Fix it")}?`;
}

const FIXES: Partial<Record<Finding["code"], string>> = {
  lock_left: "Take it over",
  git_lock_left: "Delete it",
  processes_left: "Kill them",
  removal_interrupted: "Put the worktree back",
  worktree_missing: "Remove it from git's list",
  worktree_moved: "Connect it with its repository again",
  folder_unknown: "Delete the empty folder",
  half_done: "Keep its state under a rescue ref and abort it",
  work_landed: "Remove it, under a rescue ref",
};

interface Words {
  message: string;
  details?: string[];
  next: string[];
}

function wordsOf(finding: Finding): Words {
  switch (finding.code) {
    case "tool":
    case "tool_missing":
    case "login_missing":
      return toolWords(finding);
    case "refused":
      return explain(finding.failure);
    case "state_unwritable":
      return {
        message: `parex cannot write to ${finding.path}: ${finding.detail}`,
        next: [`ls -ld ${shellWord(finding.path)}`],
      };
    case "disk_low":
      return {
        message: `only ${finding.free_mib} MiB are free for worktrees: ${finding.path}`,
        next: ["see what uses the space: du -sh worktrees/*", "parex cleanup"],
      };
    case "records":
      return {
        message: `records of ${plural(finding.runs, "run")} take ${sizeWords(finding.bytes)}: ` +
          finding.path,
        next: finding.old === 0
          ? []
          : [`remove ${sizeWords(finding.old)} of old transcripts and logs: parex cleanup`],
      };
    case "lock_left":
    case "git_lock_left":
    case "processes_left":
      return leftWords(finding);
    default:
      return workWords(finding);
  }
}

type Of<C extends Finding["code"]> = Extract<Finding, { code: C }>;

function toolWords(finding: Of<"tool" | "tool_missing" | "login_missing">): Words {
  const { tool } = finding;
  switch (finding.code) {
    case "tool":
      return { message: `${tool} ${finding.version}`, next: [] };
    case "tool_missing":
      return {
        message: `${tool} is not installed` + (tool === "gh" ? ": pull requests need it" : ""),
        next: [],
      };
    case "login_missing":
      return { message: `${tool} is not logged in`, next: [finding.how] };
  }
}

function leftWords(finding: Of<"lock_left" | "git_lock_left" | "processes_left">): Words {
  switch (finding.code) {
    case "lock_left":
      return {
        message: `parex's lock was left by process ${finding.pid}, which has ended` +
          (finding.run === undefined ? "" : ` (run ${finding.run})`) + `: ${finding.path}`,
        next: ["nothing to do: the next run takes it over"],
      };
    case "git_lock_left":
      return {
        message: `git was killed and left a lock: ${finding.path}`,
        next: [`rm -- ${shellWord(finding.path)}`],
      };
    case "processes_left":
      return {
        message: `the run ${finding.run} is over, but its processes are still running: ` +
          finding.pids.join(", "),
        next: [`kill ${finding.pids.join(" ")}`],
      };
  }
}

type WorkFinding = Of<
  | "removal_interrupted"
  | "worktree_missing"
  | "folder_unknown"
  | "half_done"
  | "worktree_moved"
  | "work_landed"
  | "work_left"
>;

function workWords(finding: WorkFinding): Words {
  switch (finding.code) {
    case "removal_interrupted":
      return {
        message: `a removal of ${finding.task} was interrupted: its worktree is ${finding.path}`,
        next: ["move it back, then: parex cleanup"],
      };
    case "worktree_missing":
      return {
        message: `git lists a worktree whose folder is missing: ${finding.path}`,
        next: [`git worktree remove --force -- ${shellWord(finding.path)}`],
      };
    case "worktree_moved":
      return {
        message: `a worktree and its repository have lost each other, as a folder was moved: ` +
          finding.path,
        next: [`git worktree repair -- ${shellWord(finding.path)}`],
      };
    case "folder_unknown":
      return {
        message:
          `${
            finding.empty ? "an empty folder" : "a folder"
          } in worktrees/ is not a git worktree: ` +
          finding.path,
        next: [
          finding.empty
            ? `rmdir -- ${shellWord(finding.path)}`
            : `look at it, then: mv -- ${shellWord(finding.path)} <elsewhere>`,
        ],
      };
    case "half_done":
      return {
        message: `a ${finding.operation} is in progress in ${finding.path}`,
        next: [
          `finish it: git -C ${shellWord(finding.path)} ${finding.operation} --continue`,
          `or abort it: git -C ${shellWord(finding.path)} ${finding.operation} --abort`,
        ],
      };
    case "work_landed":
      return {
        message: `${finding.branch} of the plan ${finding.owner} has landed and can be removed`,
        next: ["parex cleanup"],
      };
    case "work_left":
      return {
        message: `${finding.branch} belongs to another plan, ${finding.owner}, and is kept`,
        next: [],
      };
  }
}
