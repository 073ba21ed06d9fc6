import { processEnv } from "./env.ts";
import { reader, textOf } from "./processes.ts";

/** The identity of the machine that this process runs on. */
export interface Machine {
  /** Its name; a container has its own. */
  host: string;
  /**
   * The same for all that runs on one kernel since its start, containers included; empty: unknown.
   */
  boot: string;
}

/** On Linux with the shell only, since a minimal system has little else; otherwise on macOS. */
const ASK = `
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null ||
  boot=$(sysctl -n kern.bootsessionuuid 2>/dev/null)
{ read -r host </proc/sys/kernel/hostname; } 2>/dev/null || host=$(uname -n)
printf '%s\\n%s\\n' "$boot" "$host"
`;

let known: Machine | undefined;

/** Asks the system once. */
export function thisMachine(): Machine {
  return known ??= ask();
}

function ask(): Machine {
  if (Deno.build.os === "windows") {
    return { host: processEnv().COMPUTERNAME ?? "", boot: "" };
  }
  const [boot = "", host = ""] = textOf(reader("sh", ["-c", ASK]).outputSync()).split("\n");
  return { host, boot };
}

/** Whether the kernel of this machine knows about the processes and locks of that one. */
export function isSameKernel(a: Machine, b: Machine): boolean {
  return a.boot === b.boot && (a.boot !== "" || a.host === b.host);
}
