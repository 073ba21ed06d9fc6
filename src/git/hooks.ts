import { join } from "node:path";
import { formatDuration } from "../domain/units.ts";
import type { Env } from "../exec/env.ts";
import type { SlowPart } from "../exec/time_limit.ts";
import { makeTempFolder } from "../exec/temp.ts";

/** A program that git runs and waits for. */
export interface WaitedFor {
  kind: "hook" | "signer";
  name: string;
}

/** How the project's hooks, and the user's program that signs commits, run in a git command. */
export interface Hooks {
  /** Replaces parex's own environment. */
  env: Env;
  /** Milliseconds for each of them. */
  timeoutMs: number;
  /** Called once for each of them that takes longer than a few seconds. */
  onWait: (waitedFor: WaitedFor) => void;
}

/** Knows which hook or signer a git command waits for, from what git records of its children. */
export class HookWatch implements SlowPart, AsyncDisposable {
  #told: string | undefined;

  private constructor(private readonly folder: string, private readonly hooks: Hooks) {}

  /** Undefined if there is no place for git's record. */
  static async begin(hooks: Hooks): Promise<HookWatch | undefined> {
    const folder = await makeTempFolder("parex-").catch(() => undefined);
    return folder === undefined ? undefined : new HookWatch(folder, hooks);
  }

  /** Variables that make git record its children. */
  get env(): Env {
    return { GIT_TRACE2_PERF: this.#record, GIT_TRACE2_PERF_BRIEF: "1" };
  }

  get timeoutMs(): number {
    return this.hooks.timeoutMs;
  }

  runs(): boolean {
    const child = this.current();
    if (child && this.#told !== child.name) {
      this.#told = child.name;
      this.hooks.onWait(child);
    }
    return child !== undefined;
  }

  /** The hook or signer that runs, or ran when git was ended. */
  current(): WaitedFor | undefined {
    return waitedForIn(textOf(this.#record));
  }

  /** Why the command was ended, if one of them took too long. */
  whyEnded(): string {
    const child = this.current();
    if (child === undefined) return "timed out";
    const what = child.kind === "hook" ? `the ${child.name} hook` : `${child.name}, which signs,`;
    return `${what} did not end within ${formatDuration(this.timeoutMs)} (hook-timeout)`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }

  get #record(): string {
    return join(this.folder, "children");
  }
}

function textOf(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return ""; // git has not begun, or what cleans up old temporary files was faster
  }
}

/** See `GIT_TRACE2_PERF` in git's documentation of its trace2 API; the columns are divided by `|`. */
export function waitedForIn(record: string): WaitedFor | undefined {
  const running = new Map<string, WaitedFor | undefined>();
  let top: string | undefined;
  for (const line of record.split("\n")) {
    const [depth = "", , event = "", , , , , ...rest] = line.split("|").map((cell) => cell.trim());
    const [, child, told = ""] = /^\.*\[ch(\d+)\] (.*)$/.exec(rest.join("|")) ?? [];
    // A hook's own git commands record theirs as well, one level below.
    top ??= depth;
    if (child === undefined || depth !== top) continue;
    if (event === "child_start") running.set(child, namedIn(told));
    if (event === "child_exit") running.delete(child);
  }
  return [...running.values()].find((waitedFor) => waitedFor !== undefined);
}

/** What git passes to gpg, gpgsm or their replacement, and to ssh-keygen. */
const SIGNS = /^class:\S+ argv:\[(?:'([^']+)'|(\S+)) .*(?:-bsau\b|-Y sign\b)/;

function namedIn(child: string): WaitedFor | undefined {
  const hook = /^class:hook hook:(\S+)/.exec(child)?.[1];
  if (hook !== undefined) return { kind: "hook", name: hook };
  const [, quoted, plain] = SIGNS.exec(child) ?? [];
  const signer = quoted ?? plain;
  return signer === undefined ? undefined : { kind: "signer", name: signer.replace(/^.*\//, "") };
}
