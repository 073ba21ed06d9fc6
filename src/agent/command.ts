import { ok } from "../domain/result.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { isOnPath } from "../exec/which.ts";
import { cutOff, runAttempt } from "./attempt.ts";
import { keepTail } from "./tail.ts";
import { cutDetail } from "../util/text.ts";

const ACTIVITY_EVERY_MS = 1_000;

/** Any program as an agent: a line for the shell, run in the worktree, the prompt on its stdin. */
export function commandAgent(command: string): Agent {
  return {
    name: "command",
    // A shell always exists; only a run shows whether the line works.
    available: () => Promise.resolve(ok()),
    attempt: (request) => attempt(command, request),
  };
}

async function attempt(command: string, request: AgentRequest): Promise<AgentOutcome> {
  const tail = keepTail();
  const report = throttle(() => {
    const line = tail.lastLine();
    if (line !== "") request.onActivity(line, {});
  });
  const onOutput = (chunk: Uint8Array) => {
    tail.push(chunk);
    report.soon();
  };
  const { end, broken } = await runAttempt(request, {
    argv: ["sh", "-c", command],
    env: request.env,
    onStdout: onOutput,
    onStderr: onOutput,
  });
  report.stop();
  const byItself = end.code === 0 ? "finished" : "failed";
  const outcome = broken === undefined ? cutOff(end) ?? byItself : "failed";
  const detail = broken ?? cutDetail(tail.text());
  const gone = outcome === "failed" && end.code === NOT_FOUND && isGone(command);
  return {
    ...(gone ? { outcome: "refused", refusal: "program_missing" } : { outcome }),
    usage: {},
    ms: end.ms,
    exitCode: end.code,
    detail: detail || undefined,
  };
}

/** The shell's exit code if there is no program of that name. */
const NOT_FOUND = 127;

/** Whether the line's program is no longer installed; false if that is uncertain. */
function isGone(command: string): boolean {
  const first = /^\s*(?:\w+=\S*\s+)*([\w./+-]+)/.exec(command)?.[1] ?? "";
  if (first.startsWith("/")) return !isOnPath(first);
  return first !== "" && !first.includes("/") && !BUILT_IN.test(first) && !isOnPath(first);
}

const BUILT_IN =
  /^(\.|cd|command|echo|eval|exec|exit|export|for|if|set|test|trap|umask|unset|while)$/;

/** Calls at once, then at most once in a while; never misses what came last. */
function throttle(call: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting = false;
  const now = () => {
    waiting = false;
    call();
    timer = setTimeout(() => {
      timer = undefined;
      if (waiting) now();
    }, ACTIVITY_EVERY_MS);
  };
  return {
    soon: () => {
      waiting = true;
      if (timer === undefined) now();
    },
    stop: () => clearTimeout(timer),
  };
}
