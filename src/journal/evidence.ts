import { createHash } from "node:crypto";
import type { TaskId } from "../domain/task.ts";
import { exists, io, readIfThere } from "../util/files.ts";
import { isRecord } from "../util/json_values.ts";
import { stateDir } from "./store.ts";

/** For whom a check passed. */
export interface Passed {
  run: string;
  /** Absent: it was the base that was checked. */
  task?: TaskId | undefined;
}

/** All that a check's result depends on, as far as parex can know it. */
export interface CheckedState {
  /** The committed tree's object name. */
  tree: string;
  command: string;
  /** What determines the untracked files: setup, copied files, variables, programs. */
  around: readonly string[];
}

const FILE = "evidence.ndjson";
const KEPT_AT_MOST = 2_000;

/**
 * Checks that passed, over all runs of a repository. parex ran them itself. The file is in parex's
 * own folder, where no agent may write. It is read once; only the holder of the run's lock appends
 * to it.
 */
export class EvidenceStore {
  readonly #path: string;
  #known: Promise<Map<string, Passed>> | undefined;

  constructor(commonDir: string) {
    this.#path = `${stateDir(commonDir)}/${FILE}`;
  }

  /** For whom the check passed in this state; undefined: it did not. */
  async find(state: CheckedState): Promise<Passed | undefined> {
    return (await this.#read()).get(keyOf(state));
  }

  /** Adds a check that has passed. */
  async keep(state: CheckedState, by: Passed): Promise<void> {
    const key = keyOf(state);
    (await this.#read()).set(key, by);
    await io(this.#path, () => Deno.writeTextFile(this.#path, lineOf([key, by]), OPTIONS));
  }

  #read(): Promise<Map<string, Passed>> {
    this.#known ??= this.#load();
    return this.#known;
  }

  async #load(): Promise<Map<string, Passed>> {
    const text = await io(this.#path, () => readIfThere(this.#path)) ?? "";
    const found = text.split("\n").flatMap((line) => entryOf(line) ?? []);
    const kept = found.slice(-KEPT_AT_MOST);
    if (found.length > kept.length) await this.#replace(kept);
    // A line that a crash has torn must not join the next one.
    else if (text !== "" && !text.endsWith("\n")) {
      await io(this.#path, () => Deno.writeTextFile(this.#path, "\n", OPTIONS));
    }
    return new Map(kept);
  }

  async #replace(kept: readonly Entry[]): Promise<void> {
    const part = `${this.#path}.new`;
    await io(part, async () => {
      if (exists(part)) await Deno.remove(part);
      await Deno.writeTextFile(part, kept.map(lineOf).join(""), OPTIONS);
      await Deno.rename(part, this.#path);
    });
  }
}

const OPTIONS = { append: true, create: true, mode: 0o600 } as const;

type Entry = [key: string, by: Passed];

function lineOf([key, by]: Entry): string {
  return `${JSON.stringify({ key, ...by })}\n`;
}

function entryOf(line: string): [Entry] | undefined {
  try {
    const read: unknown = JSON.parse(line);
    if (!isRecord(read)) return undefined;
    const { key, run, task } = read;
    if (typeof key !== "string" || typeof run !== "string") return undefined;
    return [[key, { run, task: typeof task === "string" ? task : undefined }]];
  } catch {
    return undefined;
  }
}

function keyOf({ tree, command, around }: CheckedState): string {
  return createHash("sha256").update(JSON.stringify([tree, command, ...around])).digest("hex");
}
