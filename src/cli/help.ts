import { type CommandEntry, GROUPS } from "./command.ts";

const INDENT = "  ";
const NAME_WIDTH = 22;

const EXIT_CODES = `Exit codes
  0 all selected tasks completed and landed as asked · 1 a task is blocked or
  left undone · 2 invalid plan, configuration or command line · 3 a prerequisite
  is missing or a run is in progress · 130 interrupted · 70 a bug in parex
`;

const EXAMPLES: readonly [command: string, line: string][] = [
  ["demo", "parex demo                          try it: no key, no network"],
  ["validate", "parex validate plan.yaml            all problems in a plan"],
  ["execute", "parex execute plan.yaml --jobs 8    up to eight agents at a time"],
  ["execute", "parex execute --dry-run             show the schedule, do nothing"],
];

/** The help of the program itself: commands by group, options, examples, exit codes. */
export function programHelp(commands: readonly CommandEntry[]): string {
  const visible = commands.filter((command) => !command.hidden);
  const groups = Map.groupBy(visible, (command) => command.group);
  const sections = GROUPS.flatMap((group) =>
    [
      group,
      ...(groups.get(group) ?? []).map((entry) =>
        row(`${entry.name} ${entry.usage}`, entry.summary)
      ),
    ].join(
      "\n",
    )
  );
  const examples = EXAMPLES.filter(([name]) => visible.some((entry) => entry.name === name));
  return [
    "parex executes a development plan in parallel git worktrees with coding agents",
    "Usage: parex <command> [options]",
    sections.join("\n"),
    [
      "Options",
      row("-h, --help", "show this help, or that of a command"),
      row("-v, -V, --version", "show the version"),
    ].join("\n"),
    ...(examples.length > 0
      ? [["Examples", ...examples.map(([, line]) => INDENT + line)].join("\n")]
      : []),
    EXIT_CODES,
  ].join("\n\n");
}

function row(name: string, text: string): string {
  return `${INDENT}${name.trim().padEnd(NAME_WIDTH)} ${text}`;
}
