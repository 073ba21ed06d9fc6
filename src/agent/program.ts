import { TIMEOUTS } from "../domain/timeouts.ts";
import type { AgentName } from "../domain/agents.ts";
import { conversationAfter } from "../domain/conversation.ts";
import { fail, ok, type Result } from "../domain/result.ts";
import { type Env, processEnv } from "../exec/env.ts";
import type { ProcessEnd } from "../exec/process.ts";
import { sh } from "../exec/sh.ts";
import { makeTempFolder } from "../exec/temp.ts";
import { isOnPath } from "../exec/which.ts";
import { exclusively } from "../util/mutex.ts";
import { cutLine } from "../util/text.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { runAttempt } from "./attempt.ts";
import { addLine, type LineFacts, NO_OUTPUT, type OutputState } from "./output.ts";
import { findObstacle, type RefusalWords } from "./limits.ts";
import { parseStream, type StreamMessage } from "./stream_json.ts";
import { keepTail } from "./tail.ts";
import { brokenVerdict, judge, type Verdict } from "./verdict.ts";

/** An adapter's description of a program that prints one JSON line per event. */
export interface AgentProgram {
  name: AgentName;
  /** A variable that names the program to run instead of the one with the agent's name. */
  variable?: string;
  /** The arguments; the prompt comes on stdin. */
  args(call: Call): string[];
  /** Variables beside the task's own. */
  env?(call: Call): Env;
  /** A new conversation takes the id that parex gives it. */
  takesId?: true;
  /** Its attempts begin with the same prompt, which its cache answers once it has seen it. */
  sharesCache?: true | undefined;
  /** Where it keeps logins, settings and conversations. `worktree`: where it works. */
  state(env: Env, worktree: string): AgentState;
  /** Whether somebody is logged in; undefined if only a call of the program can tell. */
  login(env: Env): boolean | undefined;
  /** Asks the program itself, where its files show no login. */
  asksLogin?: LoginQuestion;
  /** Its arguments with which a person continues a conversation. */
  takeOver(session: string): string[];
  /** The command, or another way, by which a person logs in. */
  logIn: string;
  /** Reads the output of one attempt, or its transcript. */
  listen(): (message: StreamMessage) => LineFacts;
  /** Lines on stderr that mean nothing. */
  banner?: RegExp;
  /**
   * What it prints on stderr when it tries a refused request again: the first group is the reason.
   */
  retries?: RegExp;
  /** Its own error texts for an account that cannot work, in addition to the common ones. */
  refusals?: RefusalWords | undefined;
  /** Two instances that start at the same moment disturb each other. */
  startsAlone?: true;
  /** It does not start if it can only read its settings. */
  writesSettings?: true;
}

/** An agent's state, as its sandbox treats it. All paths are absolute. */
export interface AgentState {
  /**
   * Folders and files that it reads as they are. What it writes there is the task's alone, since the user's
   * next session would obey or run it: settings, hooks, commands, memory, programs.
   */
  layered: string[];
  /** Folders of its conversations, made if they are missing: written through, wherever they are. */
  conversations: string[];
  /** Files that it renews: written through, where they exist. */
  credentials: string[];
  /** Texts of small files by which it knows whose conversations these are, made if they are missing. */
  owners?: Record<string, string>;
}

export interface LoginQuestion {
  args: string[];
  /** Whether the answer says that nobody is logged in. */
  saysNo(answer: { code: number; stdout: string; stderr: string }): boolean;
}

/** An attempt as its adapter sees it. */
export interface Call extends AgentRequest {
  /** Of the conversation that is continued, or of a new one that takes it. */
  session?: string | undefined;
}

/** Makes an agent of it. */
export function agentOf(program: AgentProgram): Agent {
  return {
    name: program.name,
    sharesCache: program.sharesCache,
    available: async (env) => {
      const installed = isInstalled(program);
      if (!installed.ok || env === undefined) return installed;
      return await isLoggedOut(program, env)
        ? fail({ reason: "agent_refused", agent: program.name, why: "not_logged_in", detail: "" })
        : ok();
    },
    attempt: (request) => attempt(program, request),
  };
}

/** The program that is called. */
export function commandOf({ name, variable }: Pick<AgentProgram, "name" | "variable">): string {
  return variable === undefined ? name : processEnv()[variable] || name;
}

// Its version is not queried: some programs need seconds for that.
function isInstalled(program: AgentProgram): Result<void> {
  const command = commandOf(program);
  return isOnPath(command) ? ok() : fail({ reason: "agent_missing", agent: program.name, command });
}

/** Whether the program says by itself that no attempt of it can work. */
async function isLoggedOut(program: AgentProgram, env: Env): Promise<boolean> {
  const { asksLogin } = program;
  if (!asksLogin || program.login(env) !== false) return false;
  // It may be another program of that name, which writes to its folder.
  const cwd = await makeTempFolder("parex-login-");
  try {
    const argv = [commandOf(program), ...asksLogin.args];
    const answer = await sh(argv, {
      cwd,
      env: { ...env, PWD: cwd },
      timeoutMs: TIMEOUTS.loginCheck,
    });
    return !answer.timedOut && asksLogin.saysNo(answer);
  } finally {
    await Deno.remove(cwd, { recursive: true }).catch(() => {});
  }
}

async function attempt(program: AgentProgram, request: AgentRequest): Promise<AgentOutcome> {
  const session = request.resume ?? (program.takesId ? crypto.randomUUID() : undefined);
  const call: Call = { ...request, session };
  const stderr = keepTail();
  const output = outputOf(program, call);
  const signal = AbortSignal.any([request.signal, output.hopeless]);
  const run = () =>
    runAttempt({ ...request, signal }, {
      argv: [commandOf(program), ...program.args(call)],
      env: { ...request.env, ...program.env?.(call) },
      session,
      onStdout: output.push,
      onStderr: (chunk) => {
        stderr.push(chunk);
        output.retry(program.retries?.exec(new TextDecoder().decode(chunk))?.[1]);
      },
    });
  const { end, broken } =
    await (program.startsAlone ? oneAfterTheOther(program.name, run, output.begun) : run());
  const over = {
    // parex ended it, since no further try would help: the reason is what the API said.
    end: output.hopeless.aborted && end.by === "abort" ? { ...end, by: "itself" as const } : end,
    broken,
    stderr: stderr.text(),
    ...output.end(),
  };
  return { ...outcomeOf(program, call, over), ms: end.ms };
}

/** What an attempt prints, as it comes. */
interface Output {
  push(chunk: Uint8Array): void;
  /** The API refused a request for this reason, and the program tries it again. */
  retry(reason: string | undefined): void;
  /** Aborted when no further try would help. */
  hopeless: AbortSignal;
  /** Settles with the first line. */
  begun: Promise<void>;
  /** Reads a last line without its newline; returns the content of the whole output. */
  end(): { told: OutputState; dropped: number };
}

function outputOf(program: AgentProgram, call: Call): Output {
  const listen = program.listen();
  const parser = parseStream();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const hopeless = new AbortController();
  let told: OutputState = NO_OUTPUT;
  let doing = "";
  let retriesSince: number | undefined;
  const retry = (reason: string | undefined) => {
    if (reason === undefined) return;
    const obstacle = findObstacle(reason, program.refusals);
    told = addLine(told, { error: reason, obstacle }, undefined);
    retriesSince ??= performance.now();
    const isLong = performance.now() - retriesSince > Math.min(TIMEOUTS.agentRetries, call.idleMs);
    // A key may be renewed, and a limit may end soon; an empty account stays empty.
    const isSpent = obstacle && "refusal" in obstacle && obstacle.refusal === "no_money";
    if (isSpent || (isLong && obstacle)) hopeless.abort();
  };
  const take = (message: StreamMessage) => {
    begin();
    const heard = listen(message);
    const known = told.session ?? call.session;
    const conversation = heard.session ?? known;
    if (conversation !== undefined && conversation !== known) call.onSession?.(conversation);
    told = addLine(told, heard, conversation === call.resume ? call.usedBefore : undefined);
    retry(heard.retried);
    const now = cutLine(activityIn(heard, call.worktree));
    if (now !== "") {
      doing = now;
      retriesSince = undefined;
    }
    if (now !== "" || (heard.used && told.worked)) call.onActivity(doing, told.usage);
  };
  return {
    push: (chunk) => parser.push(chunk).forEach(take),
    retry,
    hopeless: hopeless.signal,
    begun,
    end: () => {
      parser.end().forEach(take);
      return { told, dropped: parser.dropped() };
    },
  };
}

/** What the agent is doing, with paths in the worktree as they read there. */
function activityIn({ calls, said, repeats }: LineFacts, worktree: string): string {
  const call = calls?.[0];
  if (call) return `${call.name} ${call.subject.replace(`${worktree}/`, "")}`;
  return repeats ? "" : said ?? "";
}

interface ProcessOver {
  told: OutputState;
  end: ProcessEnd;
  broken: string | undefined;
  stderr: string;
  dropped: number;
}

function outcomeOf(
  program: AgentProgram,
  { resume, session }: Call,
  { told, end, broken, stderr, dropped }: ProcessOver,
): Omit<AgentOutcome, "ms"> {
  const { banner, refusals } = program;
  const verdict: Verdict = broken === undefined
    ? judge({
      told,
      end,
      stderr: banner ? stderr.replaceAll(banner, "") : stderr,
      dropped,
      resumed: resume !== undefined,
      refusals,
    })
    : brokenVerdict(isOnPath(commandOf(program)), broken);
  const ids = {
    reported: told.session,
    resumed: resume,
    proposed: session,
    hasStarted: told.worked || end.by !== "itself",
  };
  return {
    ...verdict,
    usage: told.usage,
    exitCode: end.code,
    session: conversationAfter(verdict.outcome, ids),
  };
}

/** Starts a program when the start before it has printed something, or has ended. */
async function oneAfterTheOther<T>(
  name: string,
  run: () => Promise<T>,
  begun: Promise<void>,
): Promise<T> {
  let running: Promise<T> | undefined;
  await exclusively(`start of ${name}`, async () => {
    running = run();
    let timer;
    const patience = new Promise((resolve) => timer = setTimeout(resolve, TIMEOUTS.agentStart));
    await Promise.race([running, begun, patience]);
    clearTimeout(timer);
  });
  return await (running ?? run());
}
