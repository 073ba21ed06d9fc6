import { findCycles, inheritPriorities, isMoreUrgent } from "../domain/graph.ts";
import type { Problem } from "../domain/plan.ts";
import type { Task } from "../domain/task.ts";
import { near, type Placed } from "./fields.ts";
import { findOverlaps } from "./overlaps.ts";
import { listed, type Position, quote, START } from "./problems.ts";

/** A task's id and dependencies as they are written. */
export interface GraphEntry {
  id: Placed<string>;
  dependencies: Placed<string>[];
}

/** Looking for a near name compares with every id. */
const SUGGESTIONS = 20;

/** What is wrong with the dependencies of the tasks, and what follows from them. */
export function checkGraph(
  tasks: readonly Task[],
  entries: readonly GraphEntry[],
  plan: string,
): Problem[] {
  const cycles = findCycles(tasks);
  const places = new Map(entries.map(({ id }) => [id.value, id.at]));
  const positionOf = (id: string | undefined) => places.get(id ?? "") ?? START;
  const problems = [
    ...checkDependencies(entries),
    ...cycles.map((cycle) => cycleProblem(cycle, positionOf(cycle[0]))),
    ...(cycles.length > 0 ? [] : checkPriorities(tasks, positionOf)),
    ...(cycles.length > 0 ? [] : findOverlaps(tasks, positionOf)),
  ];
  return problems.map((problem) => ({ ...problem, file: plan }));
}

/** The same tasks with the priority that they inherit from those that wait for them. */
export function withInheritedPriorities(tasks: readonly Task[]): Task[] {
  const priorities = inheritPriorities(tasks);
  return tasks.map((task) => ({
    ...task,
    effectivePriority: priorities.get(task.id) ?? task.priority,
  }));
}

type Finding = Omit<Problem, "file">;

function checkDependencies(entries: readonly GraphEntry[]): Finding[] {
  const ids = new Set(entries.map(({ id }) => id.value));
  const findings: Finding[] = [];
  let suggestions = 0;
  for (const { id, dependencies } of entries) {
    const seen = new Set<string>();
    for (const dependency of dependencies) {
      const isKnown = ids.has(dependency.value);
      if (!isKnown) {
        const others = suggestions++ < SUGGESTIONS
          ? [...ids].filter((each) => each !== id.value)
          : [];
        const meant = near(dependency.value, others);
        findings.push(unknownDependency(id.value, dependency, meant));
      } else if (seen.has(dependency.value)) {
        findings.push(repeatedDependency(id.value, dependency));
      }
      seen.add(dependency.value);
    }
  }
  return findings;
}

function unknownDependency(id: string, dependency: Placed<string>, meant?: string): Finding {
  return {
    severity: "error",
    code: "unknown-dependency",
    ...dependency.at,
    message: `${quote(id)} depends on ${quote(dependency.value)}, which is not a task of the plan`,
    hint: meant ? `did you mean ${quote(meant)}?` : "add the task, or remove the dependency",
  };
}

function repeatedDependency(id: string, dependency: Placed<string>): Finding {
  return {
    severity: "warning",
    code: "repeated-dependency",
    ...dependency.at,
    message: `${quote(id)} names its dependency ${quote(dependency.value)} twice`,
    hint: "once is enough",
  };
}

function cycleProblem(cycle: readonly string[], at: Position): Finding {
  const [first] = cycle;
  const path = [...cycle, first].join(" → ");
  return {
    severity: "error",
    code: "dependency-cycle",
    ...at,
    message: cycle.length === 1
      ? `${quote(first ?? "")} depends on itself`
      : `${cycle.length} tasks wait for each other: ${path}`,
    hint: "remove one of these dependencies",
  };
}

function checkPriorities(tasks: readonly Task[], positionOf: (id: string) => Position): Finding[] {
  const priorities = new Map(tasks.map(({ id, priority }) => [id, priority]));
  const findings: Finding[] = [];
  for (const { id, priority, dependencies } of tasks) {
    const lower = dependencies.filter((dependency) =>
      isMoreUrgent(priority, priorities.get(dependency) ?? priority)
    );
    if (priority !== "blocker" || lower.length === 0) continue;
    findings.push({
      severity: "warning",
      code: "blocker-waits",
      ...positionOf(id),
      message: `the blocker ${quote(id)} waits for tasks of lower priority: ${listed(lower)}`,
      hint: "they are executed as blockers, too; set their priority to say so",
    });
  }
  return findings;
}
