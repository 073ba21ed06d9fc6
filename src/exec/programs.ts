import { sh } from "./sh.ts";

/** A running process, as far as others may see it. */
export interface RunningProgram {
  pid: number;
  /** Its command line in one text. */
  command: string;
  /** Absent: its folder is unknown. */
  cwd?: string | undefined;
  ageMs: number;
}

/**
 * The running processes whose program's name begins with `name`; undefined where none can be seen.
 */
export async function runningPrograms(name: string): Promise<RunningProgram[] | undefined> {
  switch (Deno.build.os) {
    case "linux":
      return await fromProc(name);
    case "windows":
      return undefined;
    default:
      return await fromPs(name);
  }
}

/** Deno does not let a program read `/proc` without all permissions: a child reads it. */
const READ_PROC = `
read -r uptime _ </proc/uptime || exit 1
echo "$uptime"
for folder in /proc/[0-9]*; do
  read -r program 2>/dev/null <"$folder/comm" || continue
  case "$program" in "$1"*) ;; *) continue ;; esac
  printf '%s\\0%s\\0%s\\0%s\\0' "\${folder#/proc/}" "$(readlink "$folder/cwd")" \\
    "$(cat "$folder/stat" 2>/dev/null)" "$(tr '\\0' ' ' 2>/dev/null <"$folder/cmdline")"
done
`;
/** proc(5) counts a process's start in these, whatever the kernel itself counts in. */
const TICKS_PER_SECOND = 100;

async function fromProc(name: string): Promise<RunningProgram[] | undefined> {
  const { code, stdout } = await sh(["sh", "-c", READ_PROC, "sh", name], { cwd: "/" });
  if (code !== 0) return undefined;
  const begin = stdout.indexOf("\n") + 1;
  const uptime = Number(stdout.slice(0, begin));
  const fields = stdout.slice(begin).split("\0");
  const found: RunningProgram[] = [];
  for (let at = 0; at + 4 < fields.length; at += 4) {
    const [pid, cwd, stat = "", command = ""] = fields.slice(at, at + 4);
    // A zombie has no command line: nothing of it runs.
    if (command.trim() === "") continue;
    // The program's name may hold spaces and parentheses, so fields count from the last `)`.
    const started = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    found.push({
      pid: Number(pid),
      command: command.trim(),
      cwd: cwd || undefined,
      ageMs: (uptime - started / TICKS_PER_SECOND) * 1000,
    });
  }
  return found;
}

async function fromPs(name: string): Promise<RunningProgram[] | undefined> {
  const { code, stdout } = await sh(["ps", "-A", "-ww", "-o", "pid=,etime=,command="], {
    cwd: "/",
  });
  if (code !== 0) return undefined;
  return stdout.split("\n").flatMap((line) => {
    const [, pid, age = "", command = ""] = /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    const program = command.split(" ")[0]?.split("/").at(-1) ?? "";
    if (!program.startsWith(name)) return [];
    return [{ pid: Number(pid), command, ageMs: elapsedMs(age) }];
  });
}

/** Reads ps(1)'s `[[days-]hours:]minutes:seconds`. */
function elapsedMs(text: string): number {
  const [days, clock] = text.includes("-") ? text.split("-") : ["0", text];
  const seconds = (clock ?? "").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1000;
}
