/** Where a command reads and writes. The one place that knows about the terminal. */
export interface Io {
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  cwd: string;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  /** Colour on stdout, on stderr: `NO_COLOR` and `FORCE_COLOR` are already weighed in. */
  colorOut: boolean;
  colorErr: boolean;
  /** Text on stderr can be drawn again in its place. */
  redraws: boolean;
  columns: number;
}

/** What a command's action is given. It throws the failure that it ends with. */
export interface Context {
  io: Io;
  /** Sets the exit code of the program. */
  exit(code: number): void;
}
