/** A running process. Zombies are not listed: nothing of them runs. */
export interface ProcessRow {
  pid: number;
  pgid: number;
  /** Tells a process from a later one with the same id; comparable only on one machine. */
  started: string;
}

/** Variables of a process's environment, by which it and its children are known. */
export type Marks = Record<string, string>;

/** A command with everything that came of it. */
export interface Tree {
  /** The process group that it was started in. */
  pgid: number;
  /**
   * Its children may have left the group (a shell tool that starts each command in a session of its
   * own does), but they inherit the marks.
   */
  marks?: Marks;
}

/** The processes that carry all these marks; without marks, all that this user may see. */
export function processTable(marks?: Marks): ProcessRow[] {
  return scan((_, carries) => marks === undefined || carries(marks));
}

/** What runs of a tree now. */
export function processesOf({ pgid, marks }: Tree): ProcessRow[] {
  return scan((row, carries) => row.pgid === pgid || (marks !== undefined && carries(marks)));
}

type Keep = (row: ProcessRow, carries: (marks: Marks) => boolean) => boolean;

/** Reads `/proc` where there is one, which is quick enough to be done at once, else asks `ps`. */
function scan(keep: Keep): ProcessRow[] {
  return Deno.build.os === "linux" ? fromProc(keep) : fromPs(keep);
}

/** When a process started, as `processTable` writes it; undefined if it does not run. */
export function startOf(pid: number): string | undefined {
  if (Deno.build.os === "linux") return readStat(pid)?.started;
  return fromPs((row) => row.pid === pid)[0]?.started;
}

function fromProc(keep: Keep): ProcessRow[] {
  const rows: ProcessRow[] = [];
  for (const entry of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const pid = Number(entry.name);
    const row = readStat(pid);
    if (row && keep(row, (marks) => carriesInProc(pid, marks))) rows.push(row);
  }
  return rows;
}

function carriesInProc(pid: number, marks: Marks): boolean {
  try {
    const variables = new Set(Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0"));
    return Object.entries(marks).every(([name, value]) => variables.has(`${name}=${value}`));
  } catch {
    return false; // another user's, or gone
  }
}

/** proc(5): the command may hold spaces and parentheses, so fields count from the last `)`. */
function readStat(pid: number): ProcessRow | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, pgid: Number(fields[2]), started: fields[19] ?? "" };
}

function fromPs(keep: Keep): ProcessRow[] {
  if (Deno.build.os === "windows") return [];
  const { stdout } = new Deno.Command("ps", {
    args: ["-x", "-E", "-ww", "-o", "pid=,pgid=,stat=,lstart=,command="],
    stdout: "piped",
    stderr: "null",
    stdin: "null",
    env: { LC_ALL: "C" },
  }).outputSync();
  const rows: ProcessRow[] = [];
  for (const line of new TextDecoder().decode(stdout).split("\n")) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+ \S+\s+\d+ \S+ \d+)\s(.*)$/.exec(line);
    if (!match || match[3]?.startsWith("Z")) continue;
    const row = { pid: Number(match[1]), pgid: Number(match[2]), started: match[4] ?? "" };
    const words = ` ${match[5]} `;
    const carries = (marks: Marks) =>
      Object.entries(marks).every(([name, value]) => words.includes(` ${name}=${value} `));
    if (keep(row, carries)) rows.push(row);
  }
  return rows;
}
