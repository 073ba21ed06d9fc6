import { useEffect, useState } from "preact/hooks";
import type { Status, TaskId } from "../../domain/task.ts";
import { symbolOf } from "../../report/run/phrases.ts";
import { statusWord } from "../../report/words.ts";

/** The symbol of a status, in its colour. */
export function Mark({ status }: { status: Status }) {
  return <span class={`mark ${status}`} aria-hidden="true">{symbolOf(status)}</span>;
}

/** A status with its symbol and word. */
export function StatusTag({ status, words }: { status: Status; words?: string }) {
  return (
    <span class={`tag ${status}`}>
      <span aria-hidden="true">{symbolOf(status)}</span> {words ?? statusWord(status)}
    </span>
  );
}

/** The address of a task's page. */
export function taskHref(id: TaskId, part = ""): string {
  return `#/task/${encodeURIComponent(id)}${part && `/${part}`}`;
}

export function TaskLink({ id }: { id: TaskId }) {
  return <a href={taskHref(id)}>{id}</a>;
}

const COPIED_MS = 1500;

/** A command as it is typed, with a button that copies it. */
export function CommandLine({ command }: { command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <div class="command">
      <code>{command}</code>
      {navigator.clipboard && (
        <button type="button" onClick={copy} aria-label={`Copy: ${command}`}>
          {copied ? "copied" : "copy"}
        </button>
      )}
    </div>
  );
}

const MINUTE = 60_000;
const UNITS = [["day", 24 * 60], ["hour", 60], ["minute", 1]] as const;
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** A relative time such as `5 minutes ago`, with the local time as its tooltip. */
export function Ago({ at }: { at: number }) {
  const minutes = Math.round((Date.now() - at) / MINUTE);
  const [unit, length] = UNITS.find(([, length]) => minutes >= length) ?? ["minute", 1];
  const words = minutes < 1 ? "just now" : relative.format(-Math.floor(minutes / length), unit);
  const when = new Date(at);
  return <time dateTime={when.toISOString()} title={when.toLocaleString()}>{words}</time>;
}

/**
 * Fetched data; undefined until it arrives. It is fetched again when `version` changes; the old
 * data stays meanwhile.
 */
export function useFetched<T>(fetch: () => Promise<T>, ...version: unknown[]): T | undefined {
  const [value, setValue] = useState<T>();
  useEffect(() => {
    let wanted = true;
    fetch().then((found) => wanted && setValue(() => found), () => {});
    return () => {
      wanted = false;
    };
  }, version);
  return value;
}
