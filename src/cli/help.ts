import { type CommandEntry, GROUPS } from "./command.ts";

const INDENT = 2;
const NAME_WIDTH = 22;

const PURPOSE = "parex executes a development plan in parallel git worktrees with coding agents";

const EXAMPLES: readonly [command: string, line: string, does: string][] = [
  ["demo", "parex demo", "try it: no key, no network"],
  ["execute", "parex execute --dry-run", "show the schedule, do nothing"],
];

const EXIT_CODES = "exit codes: 0 all selected tasks completed and landed as asked · 1 a task is " +
  "blocked or left undone · 2 invalid plan, configuration or command line · 3 a prerequisite is " +
  "missing or a run is in progress · 130 interrupted · 70 a bug in parex";

/** The help of the program itself: commands by group, examples, exit codes. */
export function programHelp(commands: readonly CommandEntry[], columns: number): string {
  const visible = commands.filter((command) => !command.hidden);
  const groups = Map.groupBy(visible, (command) => command.group);
  const examples = EXAMPLES.filter(([name]) => visible.some((entry) => entry.name === name));
  return [
    ...wrapped(PURPOSE, columns),
    "usage: parex <command> [options]",
    "       parex help <command>, parex --version",
    "",
    ...GROUPS.flatMap((group) => [
      group,
      ...(groups.get(group) ?? []).flatMap(({ name, usage, summary }) =>
        row(`${name} ${usage}`.trim(), summary, columns)
      ),
    ]),
    ...examples.length === 0 ? [] : [
      "Examples",
      ...examples.flatMap(([, line, does]) => row(line, does, columns)),
    ],
    "",
    ...wrapped(EXIT_CODES, columns),
  ].map((line) => line + "\n").join("");
}

function row(name: string, text: string, columns: number): string[] {
  const width = Math.max(NAME_WIDTH, name.length);
  const lines = wrapped(text, columns - INDENT - width - 1);
  return lines.map((line, at) => `  ${(at === 0 ? name : "").padEnd(width)} ${line}`);
}

/** As `report/layout.ts` does it, without the library that it loads. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
