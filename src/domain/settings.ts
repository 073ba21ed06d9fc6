/** Commands of the project's checks. Each is a line for the shell, run in the worktree. */
export interface CheckCommands {
  setup?: string | undefined;
  test?: string | undefined;
  lint?: string | undefined;
  typecheck?: string | undefined;
}

/** Where a completed task's commits go. */
export type Land = "pr" | "merge" | "none";

/** Sockets that a sandbox closes: programs outside of it listen there, and do what they are asked. */
export const SOCKETS = ["ssh-agent", "docker", "dbus", "tmux"] as const;
export type SocketName = typeof SOCKETS[number];

/** Everything that can be set: by flag, `PAREX_*`, config file or default, in this order. */
export interface Settings {
  /** Which of them a flag or a variable gave; absent: recorded by an older parex. */
  given?: readonly string[] | undefined;
  jobs: number;
  agent: string;
  /** The shell command of the `command` agent. */
  agentCommand?: string | undefined;
  /** Agents to continue with, in this order, while a task's own agent is out of quota. */
  agents: string[];
  /** Absent: the agent's own default. */
  model?: string | undefined;
  /** Drafts plans; absent: the agent's usual one for that. */
  planModel?: string | undefined;
  /** Branch that the plan lands on; absent: the one checked out. */
  base?: string | undefined;
  /** Absent: `pr` where that is possible, else `none`. */
  land?: Land | undefined;
  /** Completed tasks that are merged one on another and checked once. */
  mergeBatch: number;
  /** The message of merges, with names in braces; absent: parex's own. */
  mergeMessage?: string | undefined;
  /** Merges run the repository's hooks. */
  mergeHooks: boolean;
  /** What the names of tasks' branches begin with. */
  branchPrefix: string;
  /** Keep what landed and completed tasks no longer need. */
  keepWorktrees: boolean;
  attempts: number;
  timeoutMs: number;
  idleTimeoutMs: number;
  /** While the usage limit lasts; else the run ends there, to be resumed. */
  wait: boolean;
  budgetUsd?: number | undefined;
  taskBudgetUsd?: number | undefined;
  only: string[];
  dryRun: boolean;
  json: boolean;
  yes: boolean;
  /** Continue with uncommitted changes, which agents do not see. */
  allowDirty: boolean;
  /** Go on although the base fails its own checks. */
  allowRedBase: boolean;
  /** Agents and checks can write to their worktree, its branch and nothing else. */
  sandbox: boolean;
  /** Sockets that stay open in the sandbox. */
  sandboxSockets: string[];
  /** Start the user's own MCP servers for the agents that can do without. */
  mcp: boolean;
  /** Push completed branches where there is a remote. */
  push: boolean;
  /** Open an issue on GitHub for what is blocked or fails. */
  issues: boolean;
  /** The folder of the worktrees, from the checkout's top on; absent: the one beside the checkout. */
  worktrees?: string | undefined;
  /** Files copied from the main checkout into each worktree, as globs relative to the root. */
  copy: string[];
  /** Variables for agents, setup and checks. */
  env: Record<string, string>;
  checks: CheckCommands;
  /** The last runs whose transcripts and logs a cleanup keeps. */
  keepRuns: number;
  /** A line for the shell that is run when a person is needed, and when the run ends; absent: none. */
  notify?: string;
  /** Ring the terminal's bell then, and let it show a notification. */
  bell: boolean;
  /** Checks at the same time. */
  checkJobs: number;
  /** Per check command, milliseconds. */
  checkTimeoutMs: number;
  /** Per git hook, and per program that signs a commit, milliseconds. */
  hookTimeoutMs: number;
  /**
   * The model that is asked about a failure of git or gh that no known fix helps; `none`: nobody.
   */
  recoveryModel: string;
  /** Who is asked after it. */
  recoveryEscalate: "copilot" | "sonnet" | "none";
}

/** The settings of a run, whichever process executes it. */
export type RunSettings = Omit<Settings, "dryRun" | "json" | "yes">;
