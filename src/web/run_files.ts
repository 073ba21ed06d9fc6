/** What the page shows of a task apart from its events: transcripts, logs and changes, redacted. */
import { readTranscript } from "../agent/transcript_items.ts";
import type { RunRecord } from "../domain/record.ts";
import { redact, redactProse } from "../domain/redact.ts";
import type { AttemptRecord, CheckRecord, TaskRecord } from "../domain/task_record.ts";
import type { TranscriptItem } from "../domain/transcript_item.ts";
import { runDir } from "../journal/store.ts";
import type { Repository } from "../git/repository.ts";
import { stripAnsi } from "../util/text.ts";
import type { SavedTask } from "./page/data.ts";

/** A run in its repository. */
export interface RunFolder {
  repo: Repository;
  /** Of the journal of the run, or of the plan's last one. */
  dir: string;
  /** Values that the page must not contain, in addition to text that looks like a secret. */
  secrets: readonly string[];
}

/** Bytes of a transcript; items of it. */
const TRANSCRIPT_LIMIT = 4 * 1024 * 1024;
const ITEM_LIMIT = 1_000;
const LOG_LIMIT = 128 * 1024;
const DIFF_LIMIT = 1024 * 1024;

/** The journal names the file when the attempt is over. */
export function transcriptPath(
  { repo, dir }: RunFolder,
  { id }: TaskRecord,
  { run, attempt, transcript }: AttemptRecord,
): string {
  const home = run === undefined ? dir : runDir(repo.commonDir, run);
  return transcript ?? `${home}/transcripts/${id}.${attempt}.log`;
}

/** What the agent said and did in its `call`th call; null: nothing is recorded of it. */
export async function transcriptOf(
  folder: RunFolder,
  task: TaskRecord,
  call: number,
): Promise<TranscriptItem[] | null> {
  const attempt = task.attempts[call];
  if (!attempt) return null;
  const printed = await readEnds(transcriptPath(folder, task, attempt), TRANSCRIPT_LIMIT);
  if (printed === null) return null;
  const items = readTranscript(attempt.agent, redact(printed, folder.secrets));
  if (items.length <= ITEM_LIMIT) return items;
  const left = items.length - ITEM_LIMIT;
  return [
    ...items.slice(0, ITEM_LIMIT / 4),
    { kind: "note", text: `${left} steps are left out here` },
    ...items.slice(-ITEM_LIMIT * 3 / 4),
  ];
}

/** What a check printed; null: nothing is recorded of it. */
export async function logOf(
  { secrets }: RunFolder,
  check: CheckRecord | undefined,
): Promise<string | null> {
  if (check?.log === undefined) return null;
  const printed = await readEnds(check.log, LOG_LIMIT);
  return printed === null ? null : redact(stripAnsi(printed), secrets);
}

/** Options of `git diff` for what a program reads, whatever the user has configured for people. */
export const PATCH: readonly string[] = [
  "--no-ext-diff",
  "--no-textconv",
  "--no-color",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--submodule=short",
];

/** The task's own changes, as git prints them; null: it has no commits. */
export async function diffOf(
  { repo, secrets }: RunFolder,
  task: TaskRecord,
  record: RunRecord,
): Promise<string | null> {
  const range = await rangeOf(repo, task, record);
  if (!range) return null;
  const { code, stdout } = await repo.result([
    "diff",
    ...PATCH,
    "--find-renames",
    "--end-of-options",
    range.from,
    range.to,
    "--",
  ]);
  if (code !== 0) return null;
  const whole = stdout.length <= DIFF_LIMIT;
  const shown = whole ? stdout : stdout.slice(0, stdout.lastIndexOf("\n", DIFF_LIMIT) + 1);
  return redactProse(shown, secrets);
}

/** All of it, for a report. */
export async function savedTask(
  folder: RunFolder,
  task: TaskRecord,
  record: RunRecord,
): Promise<SavedTask> {
  return {
    transcripts: await Promise.all(task.attempts.map((_, at) => transcriptOf(folder, task, at))),
    logs: await Promise.all(task.checks.map((check) => logOf(folder, check))),
    diff: await diffOf(folder, task, record),
  };
}

/** The commits between which the task's own changes lie. */
export async function rangeOf(
  repo: Repository,
  task: TaskRecord,
  record: RunRecord,
): Promise<{ from: string; to: string } | undefined> {
  const merged = record.merges.findLast((merge) => merge.task === task.id);
  // What landed is what its merge brought to the base, whatever was merged into the branch before.
  if (merged) return { from: `${merged.sha}^1`, to: merged.sha };
  const to = await commitOf(repo, `refs/heads/${task.branch}`) ??
    (task.head === undefined ? undefined : await commitOf(repo, task.head));
  if (to === undefined) return undefined;
  const from = await startOf(repo, task, record, to);
  return from === undefined || from === to ? undefined : { from, to };
}

/** The last merge before the task's first own commit, or the commit where its branch forked. */
async function startOf(
  repo: Repository,
  task: TaskRecord,
  record: RunRecord,
  head: string,
): Promise<string | undefined> {
  const open = task.dependencies.flatMap((id) => {
    const dependency = record.tasks.get(id);
    return dependency && dependency.landed?.how !== "merge" ? [dependency] : [];
  });
  const heads: string[] = [];
  for (const { branch, head } of open) {
    const commit = await commitOf(repo, `refs/heads/${branch}`) ?? head;
    if (commit !== undefined) heads.push(commit);
  }
  const base = await commitOf(repo, `refs/heads/${record.base}`) ?? record.baseSha;
  if (heads.length < 2) return await mergeBase(repo, heads[0] ?? base, head);
  const { code, stdout } = await repo.result([
    "rev-list",
    "--first-parent",
    "--reverse",
    "--parents",
    "--stdin",
  ], { input: [head, ...[base, ...heads].map((ref) => `^${ref}`), ""].join("\n") });
  if (code !== 0) return undefined;
  let start: string | undefined;
  for (const line of stdout.split("\n")) {
    const [commit, ...parents] = line.split(" ");
    if (parents.length < 2) return start ?? parents[0];
    start = commit;
  }
  return start;
}

async function mergeBase(repo: Repository, one: string, other: string) {
  const { code, stdout } = await repo.result(["merge-base", "--end-of-options", one, other]);
  return code === 0 ? stdout.trim() : undefined;
}

async function commitOf(repo: Repository, name: string): Promise<string | undefined> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const { code, stdout } = await repo.result(args);
  return code === 0 ? stdout.trim() : undefined;
}

/** A file's text, without its middle where it is longer; null: it cannot be read. */
async function readEnds(path: string, limit: number): Promise<string | null> {
  try {
    using file = await Deno.open(path);
    const { size } = await file.stat();
    if (size <= limit) return decode(await readAt(file, 0, size));
    const head = await readAt(file, 0, limit / 4);
    const tail = await readAt(file, size - limit * 3 / 4, limit * 3 / 4);
    return `${decode(head)}\n… ${size - limit} bytes are left out …\n${decode(tail)}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function readAt(file: Deno.FsFile, from: number, length: number): Promise<Uint8Array> {
  await file.seek(from, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  let read = 0;
  while (read < length) {
    const count = await file.read(bytes.subarray(read));
    if (count === null) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
