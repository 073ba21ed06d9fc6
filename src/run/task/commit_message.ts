import { plainLine } from "../../util/text.ts";

export interface CommitMessageInput {
  title: string;
  /** The task's id. */
  task: string;
  labels?: readonly string[];
  body?: string;
}

const SUBJECT_LENGTH = 72;

/** Words that indicate a commit's type, as a title's first word or as a label. */
const TYPES: Record<string, readonly string[]> = {
  fix: ["fix", "repair", "correct", "resolve", "bug", "bugfix"],
  docs: ["docs", "doc", "document", "documentation", "readme"],
  test: ["test", "tests", "testing"],
  refactor: ["refactor", "refactoring", "rename", "restructure", "extract", "simplify"],
  chore: ["chore", "bump", "upgrade", "ci", "build"],
};
/** The type of a title that has one already, as in `fix(api): …` or `Fix: …`. */
const TYPE = /^(feat|fix|docs|test|refactor|chore|perf|style|build|ci)(?=(\([^)]*\))?!?: \S)/i;

/** The message under which parex commits what an agent left uncommitted. */
export function commitMessage(input: CommitMessageInput): string {
  const title = plainLine(input.title);
  const subject = TYPE.test(title)
    ? title.replace(TYPE, (type) => type.toLowerCase())
    : `${typeOf(title, input.labels ?? [])}: ${lowerFirst(title)}`;
  const body = input.body?.trim();
  return [shorten(subject), ...(body ? [body] : []), `Implements: ${input.task}`].join("\n\n") +
    "\n";
}

function typeOf(title: string, labels: readonly string[]): string {
  const first = /^[A-Za-z]+/.exec(title)?.[0] ?? "";
  for (const word of [first, ...labels]) {
    const found = Object.entries(TYPES).find(([, words]) => words.includes(word.toLowerCase()));
    if (found) return found[0];
  }
  return "feat";
}

/** `Add login` becomes `add login`; `API keys` and `OAuth` stay. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z]+\b/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function shorten(subject: string): string {
  if (subject.length <= SUBJECT_LENGTH) return subject;
  const cut = subject.slice(0, SUBJECT_LENGTH - 1);
  const space = cut.lastIndexOf(" ");
  return `${cut.slice(0, space > SUBJECT_LENGTH / 2 ? space : undefined)}…`;
}
