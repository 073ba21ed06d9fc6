import type { CheckCommands } from "../../domain/settings.ts";
import type { Detected, Project } from "../project.ts";

/** In the order in which make itself looks. */
const MAKEFILES = ["GNUmakefile", "makefile", "Makefile"];

/** Which targets mean which check. GNU's convention is that `make check` runs the tests. */
const TARGETS: readonly { name: keyof CheckCommands; targets: string[] }[] = [
  { name: "test", targets: ["test", "check"] },
  { name: "lint", targets: ["lint"] },
  { name: "typecheck", targets: ["typecheck", "type-check"] },
];

/** Make: its existing targets. It comes after the ecosystems, whose tools it usually calls. */
export async function make(project: Project): Promise<Detected | undefined> {
  const from = MAKEFILES.find(project.has);
  const text = from && await project.text(from);
  if (text === undefined || from === undefined) return undefined;
  const existing = targetsOf(text);
  const commands: CheckCommands = {};
  for (const { name, targets } of TARGETS) {
    const target = targets.find((target) => existing.has(target));
    if (target) commands[name] = `make ${target}`;
  }
  return { from, commands };
}

/** The names before the colon of each rule; `name := value` is a variable. */
function targetsOf(makefile: string): Set<string> {
  const rules = makefile.matchAll(/^([A-Za-z0-9][^\s:=#]*(?:[ \t]+[^\s:=#]+)*)[ \t]*::?(?!:*=)/gm);
  return new Set([...rules].flatMap(([, names]) => names?.split(/\s+/) ?? []));
}
