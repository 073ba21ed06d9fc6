/** Runs the real program as a child and looks at what it says. */
import { testEnv } from "./env.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ParexOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Another `deno.json` than the project's. */
  config?: string;
  /** Another entry than the program's own. */
  entry?: string;
  /** What is run before the program. */
  preload?: string;
}

/** A binary to be tested in the sources' place, absolute. */
const BINARY = Deno.env.get("PAREX_TEST_BINARY");

/** The command line that starts parex with these arguments. */
export function parexArgv(
  args: readonly string[],
  { config, entry, preload }: Pick<ParexOptions, "config" | "entry" | "preload"> = {},
): [string, ...string[]] {
  if (BINARY && !config && !entry && !preload) return [BINARY, ...args];
  const before = preload === undefined ? [] : ["--preload", preload];
  const deno = [Deno.execPath(), "run", "-A", "--quiet", "--config", config ?? CONFIG] as const;
  return [...deno, ...before, entry ?? MAIN, ...args];
}

/** A parex in a process of its own. */
export interface Child {
  pid: number;
  signal(name: Deno.Signal): void;
  ended: Promise<Ended>;
}

/** `parex <args>`, to its end, without a terminal and without colour. */
export function parex(args: readonly string[], options: ParexOptions = {}): Promise<Ended> {
  return startParex(args, options).ended;
}

/** The same, under way. */
export function startParex(args: readonly string[], options: ParexOptions = {}): Child {
  const [program, ...rest] = parexArgv(args, options);
  const child = new Deno.Command(program, {
    args: rest,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    clearEnv: true,
    env: testEnv({ NO_COLOR: "1", COLUMNS: "80", ...options.env }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    stdout: text(stdout),
    stderr: text(stderr),
  }));
  return { pid: child.pid, signal: (name) => child.kill(name), ended };
}
