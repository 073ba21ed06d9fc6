import { processEnv } from "./env.ts";
import { reader, textOf } from "./processes.ts";

/** The machine that this process runs on, as others can tell it apart. */
export interface Machine {
  /** Its name; a container has one of its own. */
  host: string;
  /** The same for all that runs on one kernel since its start, containers included; empty: unknown. */
  boot: string;
}

/** Linux, then macOS. */
const ASK = `
cat /proc/sys/kernel/random/boot_id 2>/dev/null ||
  sysctl -n kern.bootsessionuuid 2>/dev/null || echo
uname -n
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
