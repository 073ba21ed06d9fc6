import { TIMEOUTS } from "../domain/timeouts.ts";
import { stripVTControlCharacters } from "node:util";
import { VERSION } from "../domain/names.ts";
import { processEnv } from "../exec/env.ts";
import { shutdown } from "../exec/shutdown.ts";
import type { Io } from "./context.ts";

/** The exit code of a bug in parex: EX_SOFTWARE of sysexits(3). */
const BUG_EXIT_CODE = 70;

const REPORT_AT = "https://github.com/parex-dev/parex/issues";
const SHORT_STACK_LINES = 6;

/** Reports what was thrown, ends all processes that parex started, and returns the exit code. */
export async function endOnBug(error: unknown, io: Io): Promise<number> {
  io.err(describeBug(error, { debug: Boolean(processEnv().PAREX_DEBUG) }));
  try {
    await shutdown(TIMEOUTS.shutdown);
  } catch (another) {
    io.err(`parex could not end what it had started: ${another}\n`);
  }
  return BUG_EXIT_CODE;
}

/** The report of an unexpected throw. */
function describeBug(error: unknown, { debug }: { debug: boolean }): string {
  const stack = debug || !(error instanceof Error)
    ? Deno.inspect(error, { depth: 6 })
    : (error.stack ?? String(error)).split("\n").slice(0, SHORT_STACK_LINES).join("\n");
  return [
    "error: this is a bug in parex, not in your plan",
    // The runtime colours a stack trace even without a terminal.
    ...stripVTControlCharacters(stack).split("\n").map((line) => `  ${line}`),
    `parex ${VERSION}, deno ${Deno.version.deno}, ${Deno.build.target}`,
    `please report it with these lines: ${REPORT_AT}`,
    ...(debug ? [] : ["PAREX_DEBUG=1 shows more"]),
    "",
  ].join("\n");
}
