import type { Io } from "../../src/cli/context.ts";

/** A terminal of 80 columns without colour that keeps what is written to it. */
export function recordedIo(): Io & { stdout: () => string; stderr: () => string } {
  const written = { out: "", err: "" };
  return {
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    stdout: () => written.out,
    stderr: () => written.err,
    cwd: Deno.cwd(),
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    redraws: false,
    colorOut: false,
    colorErr: false,
    columns: 80,
  };
}
