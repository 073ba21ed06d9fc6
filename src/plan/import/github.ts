import type { Priority } from "../../domain/task.ts";
import { priorityOf } from "../words.ts";
import type { ForeignGroup, ForeignList, ForeignTask, Format } from "./format.ts";

/** An issue on GitHub. */
export interface ListedIssue {
  number: number;
  url: string;
  state: "open" | "closed";
  title: string;
  body: string;
  labels: string[];
}

/** GitHub's lists are not files: they are imported, and each pull request closes its issue. */
export const github: Format = {
  name: "github",
  title: "GitHub",
  place: "GitHub issues with a label or a milestone",
  locate: () => undefined,
  recognizes: () => false,
  find: () => [],
  context: () => ({ folder: "", names: [] }),
  files: () => [],
  read: (_, name) => ({ name, tasks: [], groups: [], notes: [] }),
};

const WAITS =
  /\b(?:blocked by|depends on|waits for|requires|after)\b:?((?:[\s,]*(?:and\s+)?#\d+)+)/gi;
const PART = /^\s*[-*]\s+\[[ xX]\]\s+(?:.*?)#(\d+)\b/gm;

/**
 * Issues as a list of tasks: "blocked by #3" orders them; one with a task list of others groups
 * them.
 */
export function readIssues(name: string, issues: readonly ListedIssue[]): ForeignList {
  const known = new Set(issues.map(({ number }) => number));
  const groups: ForeignGroup[] = [];
  const tasks: ForeignTask[] = [];
  const ordered = issues.toSorted((a, b) => a.number - b.number);
  for (const issue of ordered) {
    const parts = numbersIn(issue.body, PART).filter((part) =>
      known.has(part) && part !== issue.number
    );
    const task = taskOf(issue);
    if (parts.length === 0) tasks.push(task);
    else groups.push({ ...task, members: parts.map(idOf), marks: [] });
  }
  return { name, tasks, groups, notes: [] };
}

function taskOf({ number, url, state, title, body, labels }: ListedIssue): ForeignTask {
  return {
    id: idOf(number),
    name: title,
    status: state === "closed" ? "completed" : "pending",
    priority: priorityIn(labels),
    dependencies: numbersIn(body, WAITS).filter((other) => other !== number).map(idOf),
    text: body.replaceAll("\r\n", "\n").trim(),
    labels,
    marks: [],
    path: url,
    line: 1,
    issue: number,
  };
}

function idOf(number: number): string {
  return `issue-${number}`;
}

function numbersIn(text: string, pattern: RegExp): number[] {
  const found = [...text.matchAll(pattern)].flatMap(([, said = ""]) => said.match(/\d+/g) ?? []);
  return [...new Set(found.map(Number))];
}

/** `priority: high`, `P0`, `critical`. */
function priorityIn(labels: readonly string[]): Priority | undefined {
  for (const label of labels) {
    const word = label.toLowerCase().replace(/^(?:priority|prio)[\s:/_-]*/, "").replace(
      /\s+priority$/,
      "",
    );
    const found = /^(?:p0|critical|urgent)$/.test(word)
      ? "blocker"
      : /^p1$/.test(word)
      ? "high"
      : priorityOf(word);
    if (found) return found;
  }
  return undefined;
}
