import type { Env } from "./env.ts";
import type { Layer } from "./layers.ts";

/** What a sandboxed command may change; everything else it can only read. All paths are absolute and real. */
export interface Walls {
  /** Folders and files that are there. */
  writable: readonly string[];
  /** Read as they are; what is written there stays in the layer. */
  layered: readonly Layer[];
  /** Within all these, what stays as it is, if it is there. */
  kept: readonly string[];
  /** For its temporary files. Writable. */
  temporary: string;
  /** Set in addition to the command's own variables. */
  env: Env;
}
