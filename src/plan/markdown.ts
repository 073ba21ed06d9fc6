import type { FilesToTouch } from "../domain/task.ts";
import { filesOfSection, noFiles } from "./files_to_touch.ts";

/** What parex takes from the text of a specification. */
export interface Specification {
  title?: string | undefined;
  files: FilesToTouch;
  /** Sections that a specification should have and this one has not. */
  missing: string[];
}

const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*)$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
/** Longer lines are not headings. */
const LINE_LENGTH = 1000;

const NEEDED: readonly { name: string; pattern: RegExp }[] = [
  { name: "Objective", pattern: /^objectives?\b/i },
  { name: "Files to Touch", pattern: /^files?\b/i },
  { name: "Acceptance Criteria", pattern: /^(?:acceptance|success) criteria\b/i },
];

interface Heading {
  /** Index of its line. */
  line: number;
  level: number;
  /** Without an emoji or a number before it. */
  text: string;
}

/** Reads the title and the sections of a task's Markdown, which may have an emoji or a number. */
export function readSpecification(markdown: string): Specification {
  const lines = markdown.split(/\r?\n/);
  const headings = headingsOf(lines);
  const title = headings.find(({ level }) => level === 1)?.text;
  const sections = headings.filter(({ level }) => level > 1);
  const missing = NEEDED.filter(({ pattern }) => !sections.some(({ text }) => pattern.test(text)));
  const filesAt = sections.find(({ text }) => /^files?\b/i.test(text));
  const end = headings.find((each) =>
    filesAt && each.line > filesAt.line && each.level <= filesAt.level
  );
  return {
    title: title || undefined,
    files: filesAt ? filesOfSection(lines.slice(filesAt.line + 1, end?.line)) : noFiles(),
    missing: missing.map(({ name }) => name),
  };
}

function headingsOf(lines: readonly string[]): Heading[] {
  const headings: Heading[] = [];
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const mark = FENCE.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
      continue;
    }
    fence = mark;
    const match = line.length <= LINE_LENGTH ? HEADING.exec(line) : null;
    if (!match?.[1] || match[2] === undefined) continue;
    const text = match[2].trim().replace(/\s#+$/, "");
    headings.push({
      line: index,
      level: match[1].length,
      text: match[1].length === 1 ? text : text.replace(/^[^\p{L}]+/u, ""),
    });
  }
  return headings;
}

/** What templates and planners in a hurry leave where something is to be said. */
const PLACEHOLDER = new RegExp(
  "^(?:(?:to be|will be) (?:filled|written|done|defined|determined|decided|added|completed)\\b.{0,30}" +
    "|fill (?:this |me )?in.{0,20}|add (?:details|description|content) here|(?:your|some) text here" +
    "|coming soon|untitled.{0,20}|placeholder|lorem ipsum.*|tb[ad]|todo|fixme|x{3,}|none(?: yet)?|n/?a" +
    "|description|details|criterion \\d+|requirement \\d+|task description)$",
  "i",
);
/** `[what to do]`, `{objective}`, `<path>`: a line of nothing but a template's blank. */
const BLANK = /^(?:\[[^\]]*\]|\{[^}]*\}|<[^>]*>)$/;

/** Whether a specification consists only of headings, labels and placeholders. */
export function isEmptyText(markdown: string): boolean {
  const lines = markdown.replaceAll(/<!--[^]*?-->/g, "").split(/\r?\n/);
  const headings = new Set(headingsOf(lines).map(({ line }) => line));
  return lines.every((line, at) => headings.has(at) || line.length < LINE_LENGTH && isEmpty(line));
}

function isEmpty(line: string): boolean {
  const item = line.replace(/^\s*(?:[-*+>]|\d+[.)])\s+/, "").replace(/^\[[ xX]\]\s*/, "").trim();
  if (BLANK.test(item)) return true;
  // A label such as `**Create:**`, and what only marks text up.
  const said = item.replace(/^\**[\w -]{1,40}:\**(?=\s|$)/, "").replaceAll(/^\W+|[\W_]+$/gu, "");
  return !/[\p{L}\p{N}]/u.test(item) || said === "" || PLACEHOLDER.test(said) || BLANK.test(said);
}

/** What an inline task says of itself. */
export interface InlineSpecification {
  name: string;
  description?: string | undefined;
  files: FilesToTouch;
  acceptance: string[];
}

/** The same Markdown that a task file would hold. */
export function composeSpecification(inline: InlineSpecification): string {
  const groups = (["create", "modify", "delete", "read"] as const)
    .filter((access) => inline.files[access].length > 0)
    .map((access) => {
      const paths = inline.files[access].map((path) => `- \`${path}\``);
      return [`**${access[0]?.toUpperCase()}${access.slice(1)}:**`, ...paths].join("\n");
    });
  const sections = [
    `# ${inline.name}`,
    section("Objective", inline.description?.trim() ?? ""),
    section("Files to Touch", groups.join("\n\n")),
    section("Acceptance Criteria", inline.acceptance.map((each) => `- [ ] ${each}`).join("\n")),
  ];
  return sections.filter((text) => text !== "").join("\n\n") + "\n";
}

function section(name: string, text: string): string {
  return text === "" ? "" : `## ${name}\n\n${text}`;
}
