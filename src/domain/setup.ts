/** What a set-up does to a file. */
export interface FileChange {
  /** Absolute. */
  path: string;
  kind: "new" | "changed" | "removed";
  /** What of its content comes or goes, where that is not all of it. */
  added: string[];
  removed: string[];
}
