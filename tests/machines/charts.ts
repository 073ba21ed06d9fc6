/** The machines as Mermaid flowcharts, made from what xstate knows about them. Prints docs/charts.md. */
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from "xstate";
import { runMachine } from "../../machines/run.ts";
import { taskMachine } from "../../machines/task.ts";

const INTRODUCTION = `# Charts

Two XState machines make every decision of a run. These charts are made from them, with
\`deno task -q charts > docs/charts.md\`. A box names a state and the port that it invokes; an arrow
names the event, then \`[guard]\`. Of several arrows with the same event the first one counts whose
guard holds. A task holds a slot of the run in the states that are marked with *.
`;

/** The page, as docs/charts.md holds it. */
export function chartsPage(): string {
  const part = (title: string, source: string, machine: AnyStateMachine) =>
    `\n## ${title}: \`${source}\`\n\n\`\`\`mermaid\n${flowchart(machine)}\`\`\`\n`;
  return INTRODUCTION + part("A run", "machines/run.ts", runMachine) +
    part("A task", "machines/task.ts", taskMachine);
}

function flowchart({ root }: AnyStateMachine): string {
  const nodes = Object.values(root.states).flatMap((node) => nodeLines(node, "  "));
  // What the machine itself reacts to; Mermaid draws no arrow from a box to its own inside.
  if (root.transitions.size > 0) nodes.push(`  ${nameOf(root)}{{"any state"}}`);
  const lines = ["flowchart TD", ...nodes, ...edgeLines(root)];
  return lines.join("\n") + "\n";
}

function nodeLines(node: AnyStateNode, indent: string): string[] {
  const children = Object.values(node.states);
  if (children.length === 0) return [`${indent}${nameOf(node)}${box(node)}`];
  return [
    `${indent}subgraph ${nameOf(node)}["${node.key}"]`,
    ...children.flatMap((child) => nodeLines(child, indent + "  ")),
    `${indent}end`,
  ];
}

function box({ key, type, tags, invoke }: AnyStateNode): string {
  const ports = invoke.map(({ id }) => id).join(", ");
  const mark = tags.includes("holdsSlot") ? " *" : "";
  const label = `"${key}${mark}${ports === "" ? "" : `<br/>${ports}`}"`;
  return type === "final" ? `([${label}])` : `[${label}]`;
}

function edgeLines(node: AnyStateNode): string[] {
  const own = [...node.transitions.values(), node.always ?? []].flat()
    .flatMap((transition) => edgesOf(node, transition));
  return [...own, ...Object.values(node.states).flatMap(edgeLines)];
}

function edgesOf(node: AnyStateNode, transition: AnyTransitionDefinition): string[] {
  const label = [eventWords(transition.eventType), guardWords(transition.guard)]
    .filter((words) => words !== "").join(" ");
  const arrow = label === "" ? "-->" : `-->|"${label}"|`;
  // Without target and actions an event is only kept from the states around this one.
  const targets = transition.target ?? (transition.actions.length > 0 ? [node] : []);
  return targets.map((target) => `  ${nameOf(node)} ${arrow} ${nameOf(target)}`);
}

function eventWords(type: string): string {
  const done = /^xstate\.done\.actor\.(.*?)(?:\.\*)?$/.exec(type)?.[1];
  return done === undefined ? type : `${done} done`;
}

function guardWords(guard: AnyTransitionDefinition["guard"]): string {
  if (guard === undefined) return "";
  if (typeof guard === "string") return `[${guard}]`;
  if (typeof guard === "function") return "[…]";
  const { type, params } = guard as { type: string; params?: unknown };
  return `[${type}${typeof params === "string" ? ` ${params}` : ""}]`;
}

function nameOf({ path, machine }: AnyStateNode): string {
  return [machine.id, ...path].join("_");
}

if (import.meta.main) await Deno.stdout.write(new TextEncoder().encode(chartsPage()));
