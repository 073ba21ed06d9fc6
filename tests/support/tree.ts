import { join } from "node:path";

/** Every file below a folder with its mode and bytes, every link with its target; git's own left out. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const walk = async (below: string) => {
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(join(folder, below))) {
      if (name === ".git") continue;
      const path = below === "" ? name : `${below}/${name}`;
      const place = join(folder, path);
      if (isDirectory) await walk(path);
      else if (isSymlink) found[path] = `link to ${await Deno.readLink(place)}`;
      else {
        const { mode } = await Deno.stat(place);
        found[path] = `${mode?.toString(8)} ${(await Deno.readFile(place)).toHex()}`;
      }
    }
  };
  await walk("");
  return Object.fromEntries(Object.entries(found).sort());
}
