/** Runs the real program as a child and looks at what it says. */

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
}

/** The command line that starts parex with these arguments. */
export function parexArgv(args: readonly string[], config = CONFIG): [string, ...string[]] {
  return [Deno.execPath(), "run", "-A", "--quiet", "--config", config, MAIN, ...args];
}

/** `parex <args>`, to its end, without a terminal and without colour. */
export async function parex(args: readonly string[], options: ParexOptions = {}): Promise<Ended> {
  const [program, ...rest] = parexArgv(args, options.config);
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: rest,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { NO_COLOR: "1", COLUMNS: "80", ...options.env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
