import { fileURLToPath } from "node:url";
import { shellWord } from "./quote.ts";

/** The command line that runs this very program: the binary, or its source with Deno. */
export function selfArgv(): [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  return [Deno.execPath(), "run", "--allow-all", "--quiet", main];
}

/** The same as a line for the shell, with these words after it. */
export function selfCommand(...words: string[]): string {
  return [...selfArgv(), ...words].map(shellWord).join(" ");
}
