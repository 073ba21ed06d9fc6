import { TIMEOUTS } from "../domain/timeouts.ts";
import { exists } from "../util/files.ts";
import { messageOf } from "../util/text.ts";
import { commandEnv, type CommandOptions, type CommandResult, NOT_STARTED } from "./command.ts";
import { endTree } from "./kill.ts";
import { drain, feed } from "./pipes.ts";
import { Supervision } from "./supervise.ts";

/** No question of parex's has a longer answer; without a bound, one could take all memory. */
const OUTPUT_BYTES = 256 * 1024 * 1024;

/**
 * Runs a program to its end, without a shell, and returns whatever its exit code was. Its own group is ended
 * as a whole. For the many questions to git: a shell would take longer than most of the answers.
 */
export async function runProgram(
  [program = "", ...args]: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  if (options.signal?.aborted) return NOT_STARTED;
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: commandEnv(options),
      clearEnv: true,
      stdin: options.input ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    const isMissing = error instanceof Deno.errors.NotFound && exists(options.cwd);
    const stderr = isMissing ? `${program}: command not found` : `${program}: ${messageOf(error)}`;
    return { code: isMissing ? 127 : 128, stdout: "", stderr, timedOut: false };
  }
  const end = (graceMs: number) => endTree({ pgid: child.pid }, graceMs);
  using supervision = new Supervision(options, end);
  const stdout = new Text();
  const stderr = new Text();
  const keep = (text: Text) => (chunk: Uint8Array) => {
    text.add(chunk);
    if (text.isTooLong) supervision.ending ??= end(0);
  };
  const output = [drain(child.stdout, keep(stdout)), drain(child.stderr, keep(stderr))];
  const fed = feed(child, options.input || undefined);
  const { code } = await child.status;
  // Children of the command may outlive it.
  await supervision.ending;
  const cut = setTimeout(() => output.forEach((stream) => stream.cancel()), TIMEOUTS.pipes);
  await Promise.all([...output.map(({ done }) => done), fed]);
  clearTimeout(cut);
  return {
    code,
    stdout: stdout.read(),
    stderr: stderr.read(),
    timedOut: supervision.timedOut,
  };
}

/** What a command prints, up to the bound. */
class Text {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  get isTooLong(): boolean {
    return this.#bytes > OUTPUT_BYTES;
  }

  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (!this.isTooLong) this.#chunks.push(chunk);
  }

  read(): string {
    const decoder = new TextDecoder();
    const parts = this.#chunks.map((chunk) => decoder.decode(chunk, { stream: true }));
    return parts.join("") + decoder.decode();
  }
}
