import { type Fence, fencesOf, isMarkdown } from "./fences.ts";

/** A task whose text is looked for. */
export interface Wanted {
  id: string;
  /** As the plan names it. */
  file: string;
}

/** Where the text of a task begins. */
interface Start {
  id: string;
  /** The first line that belongs to it, its heading included. */
  boundary: number;
  /** The more certain, the higher. */
  rank: 1 | 2 | 3 | 4;
  /** The frontmatter, with its `---` lines. */
  head: string;
  /** Where the rest begins; absent: the head is all of it. */
  body?: number;
}

const HEADING = /^#{1,6}\s/;
/** A heading, or a substitute: `**tasks/a.md**`, `File: tasks/a.md`, `tasks/a.md:`. */
const LABEL = /^#{1,6}\s|^\s*(?:[-*]\s+)?(?:\*\*|`|file\b)|:\s*$/i;
const RULE = /^ {0,3}---\s*$/;
const SECTION = /^#{1,6}\s.*\b(?:objective|implementation approach|acceptance criteria)\b/im;
/** Frontmatter is short; two rules further apart do not enclose frontmatter. */
const MAX_FRONTMATTER_LINES = 60;

/**
 * The texts of these tasks in what was said, whole: from where a task begins to where the next one,
 * or the plan, begins. A text whose end is uncertain is left out.
 */
export function taskTexts(text: string, wanted: readonly Wanted[]): Map<string, string> {
  const lines = text.split(/\r?\n/);
  const fences = fencesOf(lines);
  const found = new Map<string, Start>();
  for (const start of startsIn(lines, fences, wanted)) {
    const known = found.get(start.id);
    if (!known || start.rank > known.rank) found.set(start.id, start);
  }
  const ends = [
    ...[...found.values()].map(({ boundary }) => boundary),
    ...fences.filter(({ text }) => /^tasks\s*:/m.test(text)).map(({ from }) => lead(lines, from)),
  ].sort((a, b) => a - b);
  const texts = new Map<string, string>();
  for (const { id, head, body, rank } of found.values()) {
    const end = ends.find((each) => body !== undefined && each > body) ?? lines.length;
    const torn = fences.some(({ closed, from }) => !closed && from < end && from >= (body ?? end));
    const rest = body === undefined ? "" : withoutRules(lines.slice(body, end));
    const whole = [head, rest].filter((part) => part !== "").join("\n\n");
    if (!torn && (rank > 1 || SECTION.test(whole))) texts.set(id, `${whole}\n`);
  }
  return texts;
}

function* startsIn(
  lines: readonly string[],
  fences: readonly Fence[],
  wanted: readonly Wanted[],
): Generator<Start> {
  const fenced = new Map(fences.map((fence) => [fence.from, fence]));
  for (let at = 0; at < lines.length; at++) {
    const fence = fenced.get(at);
    const line = lines[at] ?? "";
    const start = fence
      ? startInFence(lines, fence, wanted)
      : RULE.test(line)
      ? startAtRule(lines, at, wanted)
      : undefined;
    if (start) yield start;
    const named = !fence && HEADING.test(line) ? wanted.find((one) => names(line, one)) : undefined;
    if (named) yield startAtHeading(lines, at, named, fenced);
    if (fence) at = fence.to;
  }
}

function startInFence(
  lines: readonly string[],
  fence: Fence,
  wanted: readonly Wanted[],
): Start | undefined {
  if (!fence.closed || !/^(?:ya?ml|markdown|md)?(?:\s|$)/.test(fence.info)) return undefined;
  const inner = fence.text.trim().split("\n");
  const opened = RULE.test(inner[0] ?? "");
  const close = opened ? inner.findIndex((line, at) => at > 0 && RULE.test(line)) : -1;
  const yaml = opened ? inner.slice(1, close < 0 ? undefined : close) : inner;
  const task = taskOf(yaml, wanted);
  if (!task || !/^\s*(?:#.*|[\w-]+\s*:.*)?$/.test(yaml[0] ?? "")) return undefined;
  if (yaml.some((line) => /^(?:tasks|metadata)\s*:/.test(line))) return undefined;
  const boundary = lead(lines, fence.from, task);
  const rank = boundary < fence.from ? 4 : 2;
  const whole = close >= 0 && inner.slice(close + 1).some((line) => line.trim() !== "");
  if (whole) return { id: task.id, boundary, rank, head: inner.join("\n") };
  return { id: task.id, boundary, rank, head: frontmatter(yaml), body: fence.to + 1 };
}

function startAtRule(
  lines: readonly string[],
  at: number,
  wanted: readonly Wanted[],
): Start | undefined {
  const limit = Math.min(lines.length, at + MAX_FRONTMATTER_LINES);
  for (let end = at + 1; end < limit; end++) {
    const line = lines[end] ?? "";
    if (!RULE.test(line)) {
      // Rules that separate sections enclose prose.
      if (HEADING.test(line) && !/^#\s/.test(line)) return undefined;
      continue;
    }
    const yaml = lines.slice(at + 1, end);
    const task = taskOf(yaml, wanted);
    if (!task) return undefined;
    const boundary = lead(lines, at, task);
    const rank = boundary < at ? 4 : 3;
    return { id: task.id, boundary, rank, head: frontmatter(yaml), body: end + 1 };
  }
  return undefined;
}

function startAtHeading(
  lines: readonly string[],
  at: number,
  { id }: Wanted,
  fenced: ReadonlyMap<number, Fence>,
): Start {
  let next = at + 1;
  while (next < lines.length && lines[next]?.trim() === "") next++;
  const fence = fenced.get(next);
  if (fence?.closed && isMarkdown(fence.info)) {
    return { id, boundary: at, rank: 2, head: fence.text.trim() };
  }
  return { id, boundary: at, rank: 1, head: "", body: at + 1 };
}

/** The line above that announces what begins at a line, if there is one. */
function lead(lines: readonly string[], at: number, task?: Wanted): number {
  let above = at - 1;
  while (above >= 0 && (lines[above]?.trim() === "" || RULE.test(lines[above] ?? ""))) above--;
  const line = lines[above] ?? "";
  const announces = task ? LABEL.test(line) && names(line, task) : HEADING.test(line);
  return announces ? above : at;
}

function taskOf(yaml: readonly string[], wanted: readonly Wanted[]): Wanted | undefined {
  const line = yaml.find((each) => /^id\s*:/.test(each));
  const id = line && /^id\s*:\s*["']?([^"'\s#]+)/.exec(line)?.[1];
  return wanted.find((one) => one.id === id);
}

/** Whether a line speaks of a task: by its file, its id, or as `Task 3` of `task-3`. */
function names(line: string, { id, file }: Wanted): boolean {
  if (line.includes(file)) return true;
  if (new RegExp(`(?<![\\w.-])${RegExp.escape(id)}(?![\\w-])`).test(line)) return true;
  const number = /^(?:task[-_]?)?0*(\d+)$/i.exec(id)?.[1];
  return number !== undefined && new RegExp(`\\btask[ _-]*0*${number}(?!\\w)`, "i").test(line);
}

function frontmatter(yaml: readonly string[]): string {
  return ["---", ...yaml, "---"].join("\n");
}

/** Rules at the end part a text from what comes behind it. */
function withoutRules(lines: readonly string[]): string {
  const isEmpty = (line: string) => line.trim() === "" || RULE.test(line);
  const last = lines.findLastIndex((line) => !isEmpty(line));
  const first = lines.findIndex((line) => line.trim() !== "");
  return first < 0 ? "" : lines.slice(first, last + 1).join("\n");
}
