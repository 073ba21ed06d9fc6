import type { EventBody } from "../domain/event.ts";
import { redact } from "../domain/redact.ts";

/** Fields with text that parex has not written itself: outputs, commands, messages of agents. */
const FREE_TEXT: ReadonlySet<string> = new Set([
  ...[
    "message",
    "details",
    "next",
    "detail",
    "stderr",
    "tail",
    "hint",
    "question",
    "warnings",
    "why",
  ],
  ...["doing", "what", "action", "outcome", "command", "url", "file"],
  ...["agentCommand", "notify", "setup", "test", "lint", "typecheck"],
]);

/** The event without secrets, as it may be stored and shown. */
export function redactEvent(body: EventBody, secrets: readonly string[]): EventBody {
  return inValue(body, false, (text) => redact(text, secrets)) as EventBody;
}

function inValue(value: unknown, free: boolean, clean: (text: string) => string): unknown {
  if (typeof value === "string") return free ? clean(value) : value;
  if (Array.isArray(value)) return value.map((each) => inValue(each, free, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, inValue(each, FREE_TEXT.has(key), clean)]),
  );
}
