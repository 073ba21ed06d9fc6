import type { Command } from "@commander-js/extra-typings";
import type { Context } from "./context.ts";

/** What the module of a command exports. */
export interface CommandModule {
  // deno-lint-ignore no-explicit-any -- a command's own arguments and options, which only it reads
  command(context: Context): Command<any, any, any>;
}

/** A command as the program's help lists it. Its module is loaded when it is chosen. */
export interface CommandEntry {
  name: string;
  /** Its arguments, as the help shows them. */
  usage: string;
  summary: string;
  group: "Plans" | "Runs" | "Other";
  hidden?: true;
  load: () => Promise<CommandModule>;
}

/** Every command of parex, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "execute",
    usage: "[plan]",
    summary: "run a plan: every task in its own worktree",
    group: "Plans",
    load: () => import("./execute.ts"),
  },
  {
    name: "validate",
    usage: "[plan]",
    summary: "tell every problem of a plan at once",
    group: "Plans",
    load: () => import("./validate.ts"),
  },
  {
    name: "extract",
    usage: "[transcript]",
    summary: "write a plan's files from a conversation of Claude's",
    group: "Plans",
    load: () => import("./extract.ts"),
  },
  {
    name: "status",
    usage: "",
    summary: "tasks, branches, checks, costs of the last run",
    group: "Runs",
    load: () => import("./status.ts"),
  },
  {
    name: "watch",
    usage: "",
    summary: "the live view of a run that is on",
    group: "Runs",
    load: () => import("./watch.ts"),
  },
  {
    name: "resume",
    usage: "[run]",
    summary: "go on with a run that was interrupted",
    group: "Runs",
    load: () => import("./resume.ts"),
  },
  {
    name: "retry",
    usage: "<task...>",
    summary: "do blocked tasks again, and what waits for them",
    group: "Runs",
    load: () => import("./retry.ts"),
  },
  {
    name: "answer",
    usage: "<task> <answer>",
    summary: "answer a blocked task's question; it goes on",
    group: "Runs",
    load: () => import("./answer.ts"),
  },
  {
    name: "report",
    usage: "[run]",
    summary: "the final report again: text, JSON or HTML",
    group: "Runs",
    load: () => import("./report.ts"),
  },
  {
    name: "prs",
    usage: "",
    summary: "open pull requests for completed tasks",
    group: "Runs",
    load: () => import("./prs.ts"),
  },
  {
    name: "merge",
    usage: "[task...]",
    summary: "land completed tasks through the merge queue",
    group: "Runs",
    load: () => import("./merge.ts"),
  },
  {
    name: "cleanup",
    usage: "",
    summary: "remove worktrees and branches that have landed",
    group: "Runs",
    load: () => import("./cleanup.ts"),
  },
  {
    name: "rescue",
    usage: "[list|restore]",
    summary: "work that was anchored before a removal",
    group: "Runs",
    load: () => import("./rescue.ts"),
  },
  {
    name: "doctor",
    usage: "",
    summary: "check prerequisites, worktrees, locks, branches",
    group: "Other",
    load: () => import("./doctor.ts"),
  },
  {
    name: "init",
    usage: "",
    summary: "set up Claude Code's permissions and hooks",
    group: "Other",
    load: () => import("./init.ts"),
  },
  {
    name: "hook",
    usage: "",
    summary: "answer Claude Code's hooks: JSON in, JSON out",
    group: "Other",
    load: () => import("./hook.ts"),
  },
  {
    name: "demo",
    usage: "",
    summary: "execute a sample plan: no key, no network",
    group: "Other",
    load: () => import("./demo.ts"),
  },
  {
    name: "demo-agent",
    usage: "",
    summary: "do a task of the demo",
    group: "Other",
    hidden: true,
    load: () => import("./demo_agent.ts"),
  },
  {
    name: "completions",
    usage: "<shell>",
    summary: "print the script that completes parex at TAB",
    group: "Other",
    load: () => import("./completions.ts"),
  },
  {
    name: "complete",
    usage: "[words...]",
    summary: "answer a shell's question for completions",
    group: "Other",
    hidden: true,
    load: () => import("./complete.ts"),
  },
];
