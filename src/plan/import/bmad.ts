import { basename, dirname, join } from "node:path";
import { isMap, isScalar, type YAMLMap } from "yaml";
import { FieldReader } from "../fields.ts";
import { statusOf } from "../words.ts";
import { keyName, readYaml } from "../yaml.ts";
import { filesIn, firstFile, isFile, sourceFile } from "./folders.ts";
import type {
  ForeignList,
  ForeignStatus,
  ForeignTask,
  Format,
  Mark,
  Note,
  SourceFile,
} from "./format.ts";
import { valueMark } from "./yaml_marks.ts";

const SPRINT = ["sprint-status.yaml", "sprint-status.yml"];
const FOLDERS = [
  "docs/stories",
  "docs/sprint-artifacts",
  "docs/sprint-artifacts/stories",
  "_bmad-output/implementation-artifacts",
  "_bmad-output/implementation-artifacts/stories",
  ".bmad/sprint-artifacts",
];
/** `1-2-user-login.md`, `1.2.user-login.md`, `story-1.2.md`. */
const STORY_FILE = /^(?:story-)?(\d+)[.-](\d+)(?:[.-].*)?\.md$/i;
/** `Status: done`, `**Status:** Draft`, `## Status` with the word below it. */
const STATUS_LINE =
  /^((?:[*_]*Status:?[*_]*:?|## +Status)[ \t]*(?:\r?\n\s*)?[^\w\n]*)([A-Za-z][A-Za-z -]*[A-Za-z])/m;
const WORDS = {
  pending: "ready-for-dev",
  in_progress: "in-progress",
  testing: "in-progress",
  completed: "done",
};
/** As version 4 writes them. */
const CAPITALIZED = {
  pending: "Approved",
  in_progress: "InProgress",
  testing: "InProgress",
  completed: "Done",
};

/** BMAD: a file for each story; the stories of an epic in their order. */
export const bmad: Format = {
  name: "bmad",
  title: "BMAD",
  place: "docs/stories/*.md, sprint-status.yaml",
  locate(path) {
    const folder = SPRINT.includes(basename(path)) ? dirname(path) : path;
    return storiesIn(folder).length > 0
      ? folder
      : storiesIn(join(folder, "stories")).length > 0
      ? join(folder, "stories")
      : undefined;
  },
  recognizes: () => false,
  find: (root) =>
    FOLDERS.map((name) => join(root, name)).filter((folder) => storiesIn(folder).length > 0),
  context(list) {
    const names = filesIn(list).filter((name) =>
      /^(?:tech-spec|architecture|prd|epics)\b.*\.md$/i.test(name)
    );
    const above = ["prd.md", "architecture.md", "epics.md"].filter((name) =>
      isFile(join(dirname(list), name))
    );
    return { folder: list, names: [...names, ...above.map((name) => `../${name}`)] };
  },
  files(list) {
    const sprint = firstFile(list, ...SPRINT) ?? firstFile(dirname(list), ...SPRINT);
    return [
      ...storiesIn(list).map((name) => sourceFile(join(list, name))),
      ...(sprint === undefined ? [] : [sourceFile(sprint)]),
    ];
  },
  read(files, list) {
    const sprint = sprintOf(files.find(({ path }) => SPRINT.includes(basename(path))));
    const read: ForeignList = {
      name: basename(dirname(list)) || "stories",
      tasks: [],
      groups: [],
      notes: [],
    };
    const last = new Map<string, string>();
    for (const file of files) {
      const [, epic, number] = STORY_FILE.exec(basename(file.path)) ?? [];
      if (epic === undefined || number === undefined) continue;
      const before = last.get(epic);
      const key = `${epic}.${number}`;
      last.set(epic, key);
      read.tasks.push(storyOf(file, { key, epic, before, sprint }, read.notes));
    }
    return { ...read, notes: [...read.notes, ...notesOn(read, sprint, last.size)] };
  },
};

function storiesIn(folder: string): string[] {
  return filesIn(folder).filter((name) => STORY_FILE.test(name));
}

interface Sprint {
  path: string;
  /** By the key of a story, `1.2`. */
  stories: Map<string, { word: string; mark: Mark | undefined; line: number }>;
}

function sprintOf(file: SourceFile | undefined): Sprint | undefined {
  if (!file) return undefined;
  const yaml = readYaml(file.text, file.path);
  const map = isMap(yaml.root) && new FieldReader(yaml).find(yaml.root, "development_status")?.node;
  const stories: Sprint["stories"] = new Map();
  for (const pair of isMap(map) ? map.items : []) {
    const key = keyName(pair.key) ?? "";
    const [, epic, number] = /^(\d+)[.-](\d+)(?:[.-]|$)/.exec(key) ?? [];
    if (epic === undefined || !isScalar(pair.value)) continue;
    const mark = valueMark(map as YAMLMap, key, file.path, WORDS);
    const { line } = yaml.positionOf(pair.key);
    stories.set(`${epic}.${number}`, { word: String(pair.value.value), mark, line });
  }
  return { path: file.path, stories };
}

interface About {
  key: string;
  epic: string;
  before: string | undefined;
  sprint: Sprint | undefined;
}

function storyOf(
  file: SourceFile,
  { key, epic, before, sprint }: About,
  notes: Note[],
): ForeignTask {
  const { path, text } = file;
  const found = STATUS_LINE.exec(text);
  const own = found?.[2] ?? "";
  const planned = sprint?.stories.get(key);
  const title = /^# +(?:Story +)?(?:[\d.]+)?[:\s-]*(.*)$/mi.exec(text)?.[1]?.trim();
  const start = (found?.index ?? 0) + (found?.[1]?.length ?? 0);
  const words = /^[A-Z]/.test(own) ? CAPITALIZED : WORDS;
  const marks = [
    found ? { path, start, end: start + own.length, words } : absentMark(file),
    ...(planned?.mark ? [planned.mark] : []),
  ];
  const word = own || planned?.word || "";
  const status = statusIn(word, planned?.word);
  const line = found ? text.slice(0, start).split("\n").length : 1;
  const remark = remarkOn(word);
  if (remark !== undefined && status !== "deferred") {
    notes.push({ path, line, message: `${key} ${remark}` });
  }
  return {
    id: key,
    name: title || basename(path, ".md"),
    status,
    dependencies: before === undefined ? [] : [before],
    text: text.replace(/^---\r?\n[^]*?\n---\r?\n/, "").replace(/^# .*\r?\n/m, "").trim(),
    labels: [`epic-${epic}`],
    marks,
    path,
    line,
  };
}

/** Where a story without a status gets one: below its title. */
function absentMark({ path, text }: SourceFile): Mark {
  const end = /^# .*(?:\r?\n|$)/m.exec(text);
  const start = end ? end.index + end[0].length : 0;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  return { path, start, end: start, words: { pending: "", completed: `${eol}Status: done${eol}` } };
}

function statusIn(word: string, planned = ""): ForeignStatus {
  if (isDone(word) || isDone(planned)) return "completed";
  return statusOf(word.replace(/([a-z])([A-Z])/g, "$1-$2")) === "in_progress"
    ? "in_progress"
    : "pending";
}

/** Also "Ready for Review", which only waits for a person, and "Done - all tests pass". */
function isDone(word: string): boolean {
  return /^(?:done|completed?|finished|closed)\b/i.test(word) || /\breview\b/i.test(word);
}

function remarkOn(word: string): string | undefined {
  if (/\breview\b/i.test(word)) return `is in review and counts as done`;
  if (/^(?:draft|drafted|backlog)$/i.test(word)) {
    return `is "${word}", not approved yet, and is executed`;
  }
  return undefined;
}

function notesOn({ tasks }: ForeignList, sprint: Sprint | undefined, epics: number): Note[] {
  const notes: Note[] = [];
  const written = new Set(tasks.map(({ id }) => id));
  for (const [key, { word, line }] of sprint?.stories ?? []) {
    if (written.has(key) || isDone(word)) continue;
    notes.push({
      path: sprint?.path ?? "",
      line,
      message: `${key} has no story file yet: left out`,
    });
  }
  const [first] = tasks;
  if (first && epics > 1) {
    const message = `${epics} epics may run at the same time: the stories of one are done in order`;
    notes.push({ path: first.path, line: 1, message });
  }
  return notes;
}
