/** A running process. Zombies are not listed: nothing of them runs. */
export interface ProcessRow {
  pid: number;
  pgid: number;
  /** Tells a process from a later one with the same id; comparable only on one machine. */
  started: string;
}

/**
 * The processes of this user that carry `marks` in their environment; all of them without marks.
 * Reads `/proc` where there is one, else asks `ps`.
 */
export async function processTable(marks?: Record<string, string>): Promise<ProcessRow[]> {
  return Deno.build.os === "linux" ? await fromProc(marks) : await fromPs(marks);
}

/** When a process started, as `processTable` writes it; undefined if it does not run. */
export async function startOf(pid: number): Promise<string | undefined> {
  if (Deno.build.os === "linux") return (await readStat(pid))?.started;
  return (await fromPs()).find((row) => row.pid === pid)?.started;
}

async function fromProc(marks?: Record<string, string>): Promise<ProcessRow[]> {
  const rows: ProcessRow[] = [];
  const wanted = marks && Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const pid = Number(entry.name);
    if (wanted && !await carries(pid, wanted)) continue;
    const row = await readStat(pid);
    if (row) rows.push(row);
  }
  return rows;
}

async function carries(pid: number, wanted: string[]): Promise<boolean> {
  try {
    const variables = new Set((await Deno.readTextFile(`/proc/${pid}/environ`)).split("\0"));
    return wanted.every((pair) => variables.has(pair));
  } catch {
    return false; // another user's, or gone
  }
}

/** proc(5): the command may hold spaces and parentheses, so fields count from the last `)`. */
async function readStat(pid: number): Promise<ProcessRow | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(`/proc/${pid}/stat`);
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, pgid: Number(fields[2]), started: fields[19] ?? "" };
}

async function fromPs(marks?: Record<string, string>): Promise<ProcessRow[]> {
  if (Deno.build.os === "windows") return [];
  const { stdout } = await new Deno.Command("ps", {
    args: ["-x", ...(marks ? ["-E"] : []), "-ww", "-o", "pid=,pgid=,stat=,lstart=,command="],
    stdout: "piped",
    stderr: "null",
    stdin: "null",
    env: { LC_ALL: "C" },
  }).output();
  const wanted = marks && Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  const rows: ProcessRow[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+ \S+\s+\d+ \S+ \d+)\s(.*)$/.exec(line);
    if (!match || match[3]?.startsWith("Z")) continue;
    const words = ` ${match[5]} `;
    if (wanted && !wanted.every((pair) => words.includes(` ${pair} `))) continue;
    rows.push({ pid: Number(match[1]), pgid: Number(match[2]), started: match[4] ?? "" });
  }
  return rows;
}
