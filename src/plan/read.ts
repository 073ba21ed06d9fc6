import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Problem } from "../domain/plan.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { LIMITS } from "./limits.ts";
import { quote } from "./problems.ts";
import { messageOf } from "../util/text.ts";

/** Why a file could not be read, in the words of a problem. */
export type ReadProblem = Pick<Problem, "code" | "message" | "hint">;

/** The text of a file, a byte order mark included. Never throws. */
export async function readText(path: string): Promise<Result<string, ReadProblem>> {
  try {
    const { isFile, size } = await Deno.stat(path);
    // Anything else may have no end: a pipe, a device.
    if (!isFile) return fail(notAFile(path));
    if (size > LIMITS.fileBytes) return fail(tooLarge(path, size));
    const bytes = await Deno.readFile(path);
    if (bytes.length > LIMITS.fileBytes) return fail(tooLarge(path, bytes.length));
    return ok(decode(bytes));
  } catch (error) {
    return fail(error instanceof NotUtf8 ? notUtf8(path) : unreadable(path, error));
  }
}

class NotUtf8 extends Error {}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotUtf8();
  }
}

/**
 * The absolute path of a task file, which must be in the plan's folder, also after symlinks are
 * resolved. Planners write it relative to that folder or to the repository.
 */
export async function locate(
  folder: string,
  file: string,
): Promise<Result<string, ReadProblem>> {
  let isInFolder = false;
  for (const candidate of candidates(folder, file)) {
    if (!isInside(candidate, folder)) continue;
    isInFolder = true;
    try {
      const [real, realFolder] = [await Deno.realPath(candidate), await Deno.realPath(folder)];
      return isInside(real, realFolder) ? ok(candidate) : fail(outside(file));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return fail(unreadable(file, error));
    }
  }
  return fail(isInFolder ? missing(folder, file) : outside(file));
}

/** `tasks/a.md` itself, and `.parallel/plans/tasks/a.md` without the part that names the folder. */
function candidates(folder: string, file: string): string[] {
  const found = [resolve(folder, file)];
  if (isAbsolute(file)) return found;
  const segments = folder.split(sep).filter((segment) => segment !== "");
  const path = join(file);
  for (let first = 0; first < segments.length; first++) {
    const prefix = segments.slice(first).join(sep) + sep;
    if (path.startsWith(prefix)) found.push(join(folder, path.slice(prefix.length)));
  }
  return found;
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function missing(folder: string, file: string): ReadProblem {
  return {
    code: "task-file-missing",
    message: `the task file ${quote(file)} does not exist`,
    hint: `write it, or correct the path: it is relative to ${folder}`,
  };
}

function outside(file: string): ReadProblem {
  return {
    code: "task-file-outside",
    message: `the task file ${quote(file)} is outside the plan's folder`,
    hint: "move it into the folder of plan.yaml; links that lead out of it do not count",
  };
}

function notAFile(path: string): ReadProblem {
  return {
    code: "not-a-file",
    message: `${quote(path)} is not a regular file`,
    hint: "name a file",
  };
}

function tooLarge(path: string, size: number): ReadProblem {
  return {
    code: "too-large",
    message: `${quote(path)} has ${size} bytes; the limit is ${LIMITS.fileBytes}`,
    hint: "split it; put what is long into files that the text refers to",
  };
}

function notUtf8(path: string): ReadProblem {
  return {
    code: "not-utf8",
    message: `${quote(path)} is not UTF-8 text`,
    hint: "save it as UTF-8",
  };
}

function unreadable(path: string, error: unknown): ReadProblem {
  return {
    code: "unreadable",
    message: `${quote(path)} cannot be read: ${reasonOf(error)}`,
    hint: "check its name and its permissions",
  };
}

/** What the system says, without Deno's repetition of the call. */
export function reasonOf(error: unknown): string {
  const text = messageOf(error);
  return text.split(": ")[0] ?? text;
}
