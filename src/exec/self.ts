import { fileURLToPath } from "node:url";
import { shellWord } from "./quote.ts";

/** What parex may do, as docs/decisions/0001-permissions.md says it; a binary has it built in. */
const PERMISSIONS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--allow-env",
  "--allow-net=api.anthropic.com:443,127.0.0.1,localhost",
  "--allow-sys=cpus,gid,osRelease,uid",
] as const;

/** The command line that runs this very program: the binary, or its source with Deno. */
export function selfArgv(): [string, ...string[]] {
  if (Deno.build.standalone) return [Deno.execPath()];
  return [Deno.execPath(), "run", "--quiet", ...PERMISSIONS, mainModule()];
}

/** The same as a line for the shell, with these words after it. */
export function selfCommand(...words: string[]): string {
  return [...selfArgv(), ...words].map(shellWord).join(" ");
}

/** What a person types to call this program. */
export function selfName(): string {
  if (Deno.build.standalone) return shellWord(Deno.execPath());
  return `deno run -A ${shellWord(mainModule())}`;
}

function mainModule(): string {
  return fileURLToPath(new URL("../main.ts", import.meta.url));
}
