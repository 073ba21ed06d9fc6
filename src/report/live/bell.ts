import { oneLine } from "../escape.ts";
import type { Notification } from "../run/notification.ts";

const ESC = "\x1b";
const BELL = "\x07";

/**
 * Rings the bell, and shows a notification in terminals that can: by OSC 777 in those of the families of VTE
 * and rxvt, by OSC 9 in the others.
 */
export function bellOf(
  { title, message }: Notification,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const { TERM = "", VTE_VERSION, TMUX } = env;
  // The console of Linux prints what it does not know.
  if (TERM === "linux") return BELL;
  const isVte = VTE_VERSION !== undefined || /^(?:rxvt|foot|vte)/.test(TERM);
  const [heading, text] = [`parex: ${title}`, message].map((part) =>
    oneLine(part).replaceAll(";", ",")
  );
  const osc = isVte ? `777;notify;${heading};${text}` : `9;${heading}: ${text}`;
  const sequence = `${ESC}]${osc}${BELL}`;
  // tmux passes it on only in an envelope.
  return BELL + (TMUX ? `${ESC}Ptmux;${sequence.replaceAll(ESC, ESC + ESC)}${ESC}\\` : sequence);
}
