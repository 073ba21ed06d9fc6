import { join } from "node:path";
import { exists } from "../util/files.ts";

/** A folder or file that a sandboxed command reads as it is, and writes elsewhere. */
export interface Layer {
  path: string;
  /** What is written: a copy of a file; for a folder a folder with `upper`, `work` and two more. */
  store: string;
  isFile: boolean;
}

/** Makes the layer of what is there, or finds the one that an earlier command has written to. */
export async function makeLayer(path: string, stores: string): Promise<Layer> {
  const isFile = (await Deno.stat(path)).isFile;
  // A name's length is limited, and the end of a path tells it from others.
  const store = join(stores, encodeURIComponent(path).slice(-200));
  if (isFile) {
    await Deno.mkdir(stores, { recursive: true, mode: 0o700 });
    if (!exists(store)) await Deno.copyFile(path, store);
  } else {
    // The kernel reads its options from one text: only fixed names are in it.
    for (const name of ["upper", "work", "merged"]) {
      await Deno.mkdir(join(store, name), { recursive: true, mode: 0o700 });
    }
    if (!exists(join(store, "lower"))) await Deno.symlink(path, join(store, "lower"));
  }
  return { path, store, isFile };
}

/** Removes a folder of layers, if it is there. */
export function removeLayers(stores: string): void {
  if (!exists(stores)) return;
  for (const { name } of Deno.readDirSync(stores)) {
    const made = join(stores, name, "work/work");
    // The kernel lets nobody list that folder.
    if (exists(made)) Deno.chmodSync(made, 0o700);
  }
  Deno.removeSync(stores, { recursive: true });
}
