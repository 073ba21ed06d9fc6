import type { CommandResult } from "../exec/command.ts";

/** GitHub's answer, as far as gh reports it. */
export interface Reply {
  ok: boolean;
  /** Absent: there was no answer, or gh asked nothing. */
  status?: number | undefined;
  /** Names in lower case. */
  headers: Map<string, string>;
  body: string;
  /** What gh said, for people. */
  detail: string;
  /** gh knows no account for the host, or its token is not taken. */
  loggedOut: boolean;
}

/** gh's exit code if nobody is logged in. */
const NEEDS_LOGIN = 4;

/** Reads what gh printed. With `--include`, the answer's status line and headers come first. */
export function readReply(result: CommandResult, included: boolean): Reply {
  const parts: Parts = included
    ? split(result.stdout)
    : { headers: new Map(), body: result.stdout };
  const said = /\bHTTP (\d{3})\b/.exec(result.stderr)?.[1];
  const status = parts.status ?? (said === undefined ? undefined : Number(said));
  return {
    ok: result.code === 0,
    status,
    headers: parts.headers,
    body: parts.body,
    detail: detailOf(result, parts.body),
    loggedOut: result.code === NEEDS_LOGIN || status === 401,
  };
}

interface Parts {
  status?: number | undefined;
  headers: Map<string, string>;
  body: string;
}

function split(stdout: string): Parts {
  const [head] = /^HTTP\/[^]*?\r?\n\r?\n/.exec(stdout) ?? [];
  if (head === undefined) return { headers: new Map(), body: stdout };
  const [first = "", ...lines] = head.trimEnd().split(/\r?\n/);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    status: Number(first.split(" ")[1]),
    headers: new Map(headers),
    body: stdout.slice(head.length),
  };
}

/** gh prints only the first error; the answer's body names the field. */
function detailOf(result: CommandResult, body: string): string {
  const said = [result.stderr.trim()];
  const more = result.code === 0 ? [] : validationErrors(body);
  said.push(...more.filter((line) => !result.stderr.includes(line)));
  if (result.timedOut) said.push("timed out");
  return said.filter((line) => line !== "").join("\n") || `exit code ${result.code}`;
}

function validationErrors(body: string): string[] {
  let errors: unknown;
  try {
    errors = JSON.parse(body)?.errors;
  } catch {
    return []; // an error page, or nothing
  }
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error) => {
    if (typeof error === "string") return error;
    if (typeof error?.message === "string") return error.message;
    return [error?.field, error?.code].filter(Boolean).join(" ") || [];
  });
}
