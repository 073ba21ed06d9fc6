/**
 * How long parex waits for programs, networks and locks, in milliseconds. The time limits of agents
 * and of git's hooks are settings: `src/config/table.ts`.
 */
export const TIMEOUTS = {
  /** A fetch, a push, or another git command that talks to a remote. */
  network: 2 * 60_000,
  /** A remote's first answer, before a run: a program that asks for a password may wait for ever. */
  remoteAnswer: 45_000,
  /** `ssh -G`: it only reads its settings, but a program of theirs may hang. */
  sshConfig: 5_000,
  /** A command that uses no network, including git's hooks and filters. */
  localCommand: 10 * 60_000,
  /** One request to GitHub. */
  githubRequest: 60_000,
  /** GitHub's rate limit; a longer one needs a person. */
  githubLimit: 15 * 60_000,
  /** `git status` of the user's checkout. */
  checkoutStatus: 10_000,
  /** The list of files that may contain secrets. */
  secretFiles: 20_000,
  /** A running git releases the lock of an index within this time. */
  indexLock: 5_000,
  /** An owner of the run's lock on another machine that is silent for longer counts as dead. */
  silentLockOwner: 60_000,
  /** A git command of a dead process, to finish by itself. */
  leftGitCommand: 15_000,
  /** Processes, to end by themselves after TERM. */
  termination: 5_000,
  /** The same if a bug or a person ends parex. */
  shutdown: 2_000,
  /** The end of a process after KILL: one in uninterruptible sleep may outlast it. */
  kill: 2_000,
  /** The rest of a process's output after its end: another process may still hold the pipes. */
  pipes: 500,
  /** Whether an agent's program is logged in. */
  loginCheck: 4_000,
  /** The first output of an agent, before the next agent of its kind starts. */
  agentStart: 15_000,
  /** An agent's program may repeat a request that was refused. */
  agentRetries: 60_000,
  /** An adviser's answer. */
  advice: 30_000,
  /** `df`, `bd`, and the tools that the doctor looks for. */
  tool: 30_000,
  /** The trial of a sandbox. */
  sandboxTrial: 10_000,
  /** The first byte on standard input: it may be a pipe on which nothing ever arrives. */
  stdin: 2_000,
};
