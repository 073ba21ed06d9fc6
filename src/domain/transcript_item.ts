/** One thing that an agent said or did, as a person reads it in its transcript. */
export type TranscriptItem =
  /** What the model wrote. */
  | { kind: "said"; text: string }
  | {
    kind: "tool";
    name: string;
    /** What it was used on: a file, a command, a pattern. */
    subject: string;
    /** A change of a file: what was there, and what took its place. */
    edit?: { before: string; after: string } | undefined;
    /** What it answered; absent: it has not, or the agent does not report it. */
    result?: string | undefined;
    failed?: true | undefined;
  }
  /** A message of the program itself: an error, its final result. */
  | { kind: "note"; text: string; failed?: true | undefined }
  /** Output in an unknown format. */
  | { kind: "output"; text: string };
