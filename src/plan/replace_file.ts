import { dirname, join } from "node:path";

/** Replaces a file's text atomically: a reader sees the old text or the new one. */
export function replaceFile(file: string, text: string): void {
  // A link stays a link: what it points to is replaced.
  const path = Deno.realPathSync(file);
  const { mode } = Deno.statSync(path);
  const temporary = join(dirname(path), `.parex-${crypto.randomUUID()}.tmp`);
  try {
    Deno.writeTextFileSync(temporary, text, { createNew: true });
    if (mode !== null) Deno.chmodSync(temporary, mode & 0o7777);
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made; the failure that is reported says why.
  }
}
