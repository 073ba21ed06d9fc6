/** What still runs, seen from outside of parex. */

export interface LeftProcess {
  pid: number;
  command: string;
}

/**
 * Running processes that have one of these `NAME=value` in their environment. Found through `/proc`,
 * so that a system without it shows none.
 */
export async function processesWith(variables: readonly string[]): Promise<LeftProcess[]> {
  const found: LeftProcess[] = [];
  for (const pid of await processIds()) {
    const environment = (await lookAt(pid, "environ"))?.split("\0") ?? [];
    if (!variables.some((pair) => environment.includes(pair))) continue;
    const command = (await lookAt(pid, "cmdline"))?.replaceAll("\0", " ").trim();
    // A zombie has no command line: nothing of it runs.
    if (command) found.push({ pid, command });
  }
  return found;
}

async function processIds(): Promise<number[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir("/proc"));
    return entries.map(({ name }) => Number(name)).filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

/** Undefined: another user's, or ended. */
async function lookAt(pid: number, file: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`/proc/${pid}/${file}`);
  } catch {
    return undefined;
  }
}
