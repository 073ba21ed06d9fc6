import type { Problem } from "./plan.ts";

/** As many problems of one kind are worth a line each. */
const MOST_ALONE = 3;
/** Kinds that say which default or reading was taken: one line for all of them. */
const TAKEN = /^missing-(?:name|priority|dependencies)$|-dialect$/;

/** Groups problems of one kind if there are many; each group has the place of its first problem. */
export function groupProblems(problems: readonly Problem[]): [Problem, ...Problem[]][] {
  const kinds = new Map<string, [Problem, ...Problem[]]>();
  for (const problem of problems) {
    const known = kinds.get(kindOf(problem));
    if (known) known.push(problem);
    else kinds.set(kindOf(problem), [problem]);
  }
  const shown = new Set<string>();
  return problems.flatMap((problem): [Problem, ...Problem[]][] => {
    const kind = kindOf(problem);
    const group = kinds.get(kind) ?? [problem];
    if (group.length <= (TAKEN.test(problem.code) ? 1 : MOST_ALONE)) return [[problem]];
    if (shown.has(kind)) return [];
    shown.add(kind);
    return [group];
  });
}

/** Remarks on a list are of one kind if they differ only in task ids. */
function kindOf({ severity, code, message }: Problem): string {
  const said = code === "import-note" ? message.replaceAll(/\S*\d\S*/g, "#") : "";
  return `${severity} ${code} ${said}`;
}
