import { processEnv } from "./env.ts";

/** A running process. Zombies are not listed: nothing of them runs. */
export interface ProcessRow {
  pid: number;
  pgid: number;
  /** Distinguishes a process from a later one with the same id; comparable only on one machine. */
  started: string;
}

/** Variables of a process's environment, by which it and its children are known. */
export type Marks = Record<string, string>;

/** A command with everything that came of it. */
export interface Tree {
  /** The process group that it was started in; absent: it is found only by its marks. */
  pgid?: number;
  /**
   * Its children may have left the group (a shell tool that starts each command in a session of its
   * own does), but they inherit the marks.
   */
  marks?: Marks | undefined;
}

/** The processes that carry all these marks. */
export function processTable(marks: Marks): ProcessRow[] {
  return scanNow({ marks }).filter(({ marked }) => marked).map(rowOf);
}

/** By value: the processes that carry one of these values of a variable, found in one look. */
export function processesByMark(name: string, values: readonly string[]): Map<string, number[]> {
  const found = new Map<string, number[]>(values.map((value) => [value, []]));
  if (values.length === 0 || Deno.build.os === "windows") return found;
  if (Deno.build.os === "linux") {
    const read = reader("sh", ["-c", READ_VALUES, "sh", name]);
    for (const line of textOf(read.outputSync()).split("\n")) {
      const space = line.indexOf(" ");
      found.get(line.slice(space + 1))?.push(Number(line.slice(0, space).split("/")[2]));
    }
    return found;
  }
  const rows = textOf(reader("ps", ["-x", "-E", "-ww", "-o", "pid=,command="]).outputSync());
  for (const row of rows.split("\n").filter((row) => row.includes(` ${name}=`))) {
    for (const [value, pids] of found) {
      if (`${row} `.includes(` ${name}=${value} `)) pids.push(Number.parseInt(row));
    }
  }
  return found;
}

/** What runs of a tree now. It is read when each command ends, so nothing else waits for it. */
export async function processesOf(tree: Tree): Promise<ProcessRow[]> {
  const scan = scanOf(tree);
  const rows = scan ? scan.read(textOf(await scan.command.output())) : [];
  return rows.filter((row) => row.pgid === tree.pgid || row.marked).map(rowOf);
}

/** When a process started, as `processTable` writes it; undefined if it does not run. */
export function startOf(pid: number): string | undefined {
  if (Deno.build.os !== "linux") {
    return scanNow("everything").find((row) => row.pid === pid)?.started;
  }
  const read = ["-c", READ_STAT, "sh", String(pid)];
  return statRow(textOf(reader("sh", read).outputSync()))?.started;
}

/** With the shell only: a minimal system may have nothing else. */
const READ_STAT = 'while IFS= read -r line; do printf "%s\\n" "$line"; done < "/proc/$1/stat"';

interface Scanned extends ProcessRow {
  marked: boolean;
}

const rowOf = ({ pid, pgid, started }: Scanned): ProcessRow => ({ pid, pgid, started });

/** Reads at least the processes that are looked for. */
interface Scan {
  command: Deno.Command;
  read(text: string): Scanned[];
}

function scanNow(wanted: Tree | "everything"): Scanned[] {
  const scan = scanOf(wanted);
  return scan ? scan.read(textOf(scan.command.outputSync())) : [];
}

/**
 * Deno does not let a program read `/proc` without all permissions, so a child reads it; without a
 * /proc, `ps` does. Neither inherits this process's environment: it would be found.
 */
function scanOf(wanted: Tree | "everything"): Scan | undefined {
  const { pgid = "", marks = {} } = wanted === "everything" ? { pgid: wanted } : wanted;
  const pairs = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  if (Deno.build.os === "windows") return undefined;
  if (Deno.build.os === "linux") {
    const command = reader("sh", ["-c", READ_PROC, "sh", String(pgid), ...pairs]);
    return { command, read: procRows };
  }
  const columns = "pid=,pgid=,stat=,lstart=,command=";
  const command = reader("ps", ["-x", "-E", "-ww", "-o", columns]);
  return { command, read: (text) => psRows(text, pairs) };
}

/**
 * First the marked processes, then what is known of them, and of all where a group has to be found
 * among them. Each mark leaves fewer candidates, so the rarest mark comes first. The grep of
 * busybox reads a file up to its first NUL, so there every process is a candidate.
 */
const READ_PROC = `
group=$1
shift
if [ $# -gt 0 ]; then
  files=$(echo /proc/[0-9]*/environ)
  printf 'a\\0b' | grep -qF b && for pair do
    files=$(grep -slF -e "$pair" $files)
    [ -n "$files" ] || break
  done
  for file in $files; do
    for pair do tr '\\0' '\\n' <"$file" 2>/dev/null | grep -qxF -e "$pair" || continue 2; done
    echo "$file"
    stats="$stats \${file%environ}stat"
  done
fi
echo
if [ "$group" = everything ] || { [ -n "$group" ] && kill -0 "-$group"; } 2>/dev/null; then
  stats=$(echo /proc/[0-9]*/stat)
fi
[ -z "$stats" ] || cat $stats 2>/dev/null
`;

/** Each process that has the variable, with its value. See above for the grep of busybox. */
const READ_VALUES = `
files=$(echo /proc/[0-9]*/environ)
printf 'a\\0b' | grep -qF b && files=$(grep -slF -e "$1=" $files)
for file in $files; do
  tr '\\0' '\\n' <"$file" 2>/dev/null | sed -n "s|^$1=|$file |p"
done
`;

function procRows(text: string): Scanned[] {
  const end = text.startsWith("\n") ? 0 : text.indexOf("\n\n") + 1;
  const marked = new Set(
    text.slice(0, end).split("\n").map((path) => Number(path.split("/")[2])),
  );
  return text.slice(end).split("\n").flatMap((line) => {
    const row = statRow(line);
    return row ? [{ ...row, marked: marked.has(row.pid) }] : [];
  });
}

/** proc(5): the command may hold spaces and parentheses, so fields count from the last `)`. */
function statRow(line: string): ProcessRow | undefined {
  const pid = Number.parseInt(line);
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, , group, started] = [fields[0], fields[1], fields[2], fields[19]];
  if (!pid || started === undefined || state === "Z" || state === "X") return undefined;
  return { pid, pgid: Number(group), started };
}

function psRows(text: string, pairs: string[]): Scanned[] {
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+ \S+\s+\d+ \S+ \d+)\s(.*)$/.exec(line);
    if (!match || match[3]?.startsWith("Z")) return [];
    const words = ` ${match[5]} `;
    return [{
      pid: Number(match[1]),
      pgid: Number(match[2]),
      started: match[4] ?? "",
      marked: pairs.length > 0 && pairs.every((pair) => words.includes(` ${pair} `)),
    }];
  });
}

/** A child that looks at the system; it carries no marks, or it would be found itself. */
export function reader(program: string, args: string[]): Deno.Command {
  return new Deno.Command(program, {
    args,
    clearEnv: true,
    env: { LC_ALL: "C", PATH: processEnv().PATH ?? "/usr/bin:/bin" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
}

export function textOf({ stdout }: Deno.CommandOutput): string {
  return new TextDecoder().decode(stdout);
}
