/** Where a command reads and writes. The only place that knows about the terminal. */
export interface Io {
  /** Results. */
  out(text: string): void;
  /** Everything else. */
  err(text: string): void;
  cwd: string;
  stdoutIsTerminal: boolean;
  stderrIsTerminal: boolean;
  /** Colour on stdout and stderr, with `NO_COLOR` and `FORCE_COLOR` taken into account. */
  colorOut: boolean;
  colorErr: boolean;
  /** Whether text on stderr can be redrawn in place. */
  redraws: boolean;
  columns: number;
}

/** The input of a command's action, which throws its failure. */
export interface Context {
  io: Io;
  /** The command line after `parex`. */
  args: readonly string[];
  /** Sets the exit code of the program. */
  exit(code: number): void;
}
