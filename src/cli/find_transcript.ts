import { TIMEOUTS } from "../domain/timeouts.ts";
import { fstatSync } from "node:fs";
import { resolve } from "node:path";
import { claudeFolder, newestTranscript, transcriptsFolder } from "../claude_code/paths.ts";
import { linesOf } from "../claude_code/transcript.ts";
import { Failed } from "../domain/failed.ts";
import { processEnv } from "../exec/env.ts";
import { findRepository } from "../hook/repository.ts";
import { messageOf } from "../util/text.ts";

export interface Transcript {
  /** For people. */
  name: string;
  lines: AsyncIterable<string>;
}

const STDIN = "-";

/** The transcript at this path, on stdin or named there, or the project's newest. */
export async function findTranscript(
  cwd: string,
  path: string | undefined,
): Promise<Transcript> {
  if (path !== undefined && path !== STDIN) return await opened(resolve(cwd, path));
  const stdin = path === STDIN ? Deno.stdin.readable : await unasked();
  if (stdin) {
    const given = await fromStdin(cwd, stdin);
    if (given) return given;
  }
  const newest = await newestOf(cwd);
  if (newest !== undefined) return await opened(newest);
  throw new Failed({
    reason: "usage",
    message: "Claude Code has no conversation of this project",
    hint: "name the transcript: parex extract path/to/conversation.jsonl",
  });
}

/** The content of stdin; undefined: nothing, or nothing in time. */
async function unasked(): Promise<ReadableStream<Uint8Array> | undefined> {
  return somethingOnStdin() ? await begunWithin(Deno.stdin.readable, TIMEOUTS.stdin) : undefined;
}

async function begunWithin(
  stream: ReadableStream<Uint8Array>,
  ms: number,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const reader = stream.getReader();
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  const first = await Promise.race([reader.read(), late.promise]);
  clearTimeout(timer);
  if (first === undefined || first.done) return undefined;
  reader.releaseLock();
  return ReadableStream.from(prepended(first.value, stream));
}

/** Whether stdin is a pipe or a file; a terminal or /dev/null has no content. */
function somethingOnStdin(): boolean {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket();
}

/** Undefined: stdin is empty. */
async function fromStdin(
  cwd: string,
  stdin: ReadableStream<Uint8Array>,
): Promise<Transcript | undefined> {
  const lines = linesOf(stdin);
  const first = await lines.next();
  if (first.done) return undefined;
  const named = transcriptPathIn(first.value);
  if (named !== undefined) return await opened(resolve(cwd, named));
  return { name: "stdin", lines: prepended(first.value, lines) };
}

/** The transcript's path in Claude Code's input for a hook. */
function transcriptPathIn(line: string): string | undefined {
  try {
    const path: unknown = JSON.parse(line)?.transcript_path;
    return typeof path === "string" ? path : undefined;
  } catch {
    return undefined;
  }
}

async function* prepended<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/** Claude Code may have been started in the folder, or at the top level of the repository. */
async function newestOf(cwd: string): Promise<string | undefined> {
  const claude = claudeFolder(processEnv());
  if (claude === undefined) return undefined;
  for (const project of new Set([cwd, findRepository(cwd)?.top ?? cwd])) {
    const newest = await newestTranscript(transcriptsFolder(claude, project));
    if (newest !== undefined) return newest;
  }
  return undefined;
}

async function opened(path: string): Promise<Transcript> {
  try {
    const file = await Deno.open(path);
    return { name: path, lines: linesOf(file.readable) };
  } catch (error) {
    const detail = messageOf(error);
    throw new Failed({ reason: "io_failed", path, detail });
  }
}
