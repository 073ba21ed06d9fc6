import { TIMEOUTS } from "../domain/timeouts.ts";
import { countdown } from "../util/countdown.ts";
import type { Env } from "./env.ts";
import { endTree, signalTree } from "./kill.ts";
import type { Marks, Tree } from "./processes.ts";
import { type Sandbox, sandboxed } from "./sandbox.ts";
import { drain, feed } from "./pipes.ts";
import { onShutdown } from "./shutdown.ts";

export interface ProcessSpec {
  argv: readonly [string, ...string[]];
  cwd: string;
  /** The whole environment. */
  env: Env;
  /** Absent: it may write to whatever its user may. */
  sandbox?: Sandbox | undefined;
  /** Text for stdin; without it stdin is closed. */
  input?: string;
  onStdout?: (chunk: Uint8Array) => void;
  onStderr?: (chunk: Uint8Array) => void;
  /** Milliseconds from the start. */
  timeoutMs?: number;
  /** Milliseconds since the last output, or the last call of `sign()`. */
  idleMs?: number;
  signal?: AbortSignal | undefined;
  graceMs?: number;
  /** Variables of `env` by which this process's children are found, wherever they went. */
  marks?: Marks | undefined;
}

export interface ProcessEnd {
  /** null when a signal ended it. */
  code: number | null;
  /** Why it ended: by itself, or ended by parex for one of these reasons. */
  by: "itself" | "timeout" | "idle" | "abort";
  ms: number;
}

export interface RunningProcess {
  pid: number;
  /** Never rejects. Settles when neither the process nor any child of it is left. */
  end: Promise<ProcessEnd>;
  /** Resets the idle time without output. */
  sign(): void;
}

/**
 * Starts a long-running process (an agent, a check) in its own group, and ends the whole group
 * when it is over: by itself, by a time-out or by a signal. Throws `Deno.errors.NotFound` if the
 * program or the folder does not exist.
 */
export function startProcess(spec: ProcessSpec): RunningProcess {
  const started = performance.now();
  const [program, ...args] = spec.sandbox
    ? sandboxed(spec.argv, spec.sandbox, spec.env)
    : spec.argv;
  const child = new Deno.Command(program, {
    args,
    cwd: spec.cwd,
    env: spec.env,
    clearEnv: true,
    stdin: spec.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();

  const tree: Tree = { pgid: child.pid, marks: spec.marks };
  let by: ProcessEnd["by"] = "itself";
  let ending: Promise<void> | undefined;
  const endAs = async (why: ProcessEnd["by"], graceMs = spec.graceMs ?? TIMEOUTS.termination) => {
    if (ending) {
      if (graceMs === 0) await signalTree(tree, "SIGKILL");
      return await ending;
    }
    by = why;
    ending = endTree(tree, graceMs);
    await ending;
  };
  const timers = watchdogs(spec, endAs);
  const abort = () => void endAs("abort");
  if (spec.signal?.aborted) abort();
  spec.signal?.addEventListener("abort", abort, { once: true });
  const forget = onShutdown((graceMs) => endAs("abort", graceMs));

  const output = [
    drain(child.stdout, (chunk) => (timers.sign(), spec.onStdout?.(chunk))),
    drain(child.stderr, (chunk) => (timers.sign(), spec.onStderr?.(chunk))),
  ];
  const fed = feed(child, spec.input);

  const end = (async (): Promise<ProcessEnd> => {
    const status = await child.status;
    timers.stop();
    spec.signal?.removeEventListener("abort", abort);
    await (ending ?? endTree(tree, spec.graceMs));
    const cut = setTimeout(() => output.forEach((stream) => stream.cancel()), TIMEOUTS.pipes);
    await Promise.all([...output.map((stream) => stream.done), fed]);
    clearTimeout(cut);
    forget();
    const code = status.signal ? null : status.code;
    return { code, by, ms: Math.round(performance.now() - started) };
  })();
  return { pid: child.pid, end, sign: timers.sign };
}

function watchdogs(spec: ProcessSpec, endAs: (why: "timeout" | "idle") => unknown) {
  const { timeoutMs, idleMs } = spec;
  const total = timeoutMs === undefined ? undefined : countdown(timeoutMs, () => endAs("timeout"));
  const idle = idleMs === undefined ? undefined : countdown(idleMs, () => endAs("idle"));
  return {
    sign: () => idle?.restart(),
    stop: () => {
      total?.stop();
      idle?.stop();
    },
  };
}
