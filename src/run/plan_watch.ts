import type { Task } from "../domain/task.ts";
import { readTaskFile } from "../plan/task_file.ts";
import { KNOWN_STATUSES } from "../plan/words.ts";

/** Notices when somebody edits a plan while a run executes it. */
export class PlanWatch {
  readonly #told = new Set<string>();
  readonly #index: string | undefined;
  #stamp: string | undefined;

  /** `path` is the index of the plan. */
  constructor(private readonly path: string) {
    this.#stamp = stampOf(path);
    this.#index = withoutStatus(textOf(path));
  }

  /** Files that no longer match what the run knows of the plan and this task; each is reported once. */
  edited(task: Task): string[] {
    // Other tools also write to their lists; changes there take effect in the next run.
    if (task.source.kind === "foreign") return [];
    const found = [
      ...(this.#indexDiffers() ? [this.path] : []),
      ...(differs(task) ? [task.source.path] : []),
    ].filter((path) => !this.#told.has(path));
    for (const path of found) this.#told.add(path);
    return found;
  }

  #indexDiffers(): boolean {
    const stamp = stampOf(this.path);
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    return withoutStatus(textOf(this.path)) !== this.#index;
  }
}

/** A file that cannot be read is reported when its status is written. */
function differs({ source, title, body, labels }: Task): boolean {
  const text = source.kind === "file" ? textOf(source.path) : undefined;
  if (text === undefined) return false;
  const now = readTaskFile(text, source.path);
  return now.title !== title || contentOf(now.body) !== contentOf(body) ||
    now.labels.join("\n") !== labels.join("\n");
}

/** Without the blank line after a frontmatter that parex has added. */
function contentOf(body: string): string {
  return body.trimStart();
}

const STATUS = new RegExp(
  `,?["']?status["']?:?["']?(${KNOWN_STATUSES.join("|").replaceAll("_", "[-_]?")})?["']?`,
  "gi",
);

/** parex itself changes the status of an inline task, on a line of its own or within one. */
function withoutStatus(text: string | undefined): string | undefined {
  return text?.replaceAll(/\s+/g, "").replaceAll(STATUS, "");
}

function textOf(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}

function stampOf(path: string): string | undefined {
  try {
    const { mtime, size, ino } = Deno.statSync(path);
    return `${mtime?.getTime()} ${size} ${ino}`;
  } catch {
    return undefined;
  }
}
