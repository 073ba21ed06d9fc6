import { graphlib, layout } from "@dagrejs/dagre";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { TaskId } from "../../domain/task.ts";
import type { TaskSummary } from "../../report/run/summary.ts";
import { reasonWords, statusWord } from "../../report/words.ts";
import { Mark, taskHref } from "./parts.tsx";
import { useRun } from "./run.ts";

const WIDE_NODE = { width: 208, height: 58 };
const NARROW_NODE = { width: 160, height: 58 };
const NARROW = "(max-width: 640px)";

interface Point {
  x: number;
  y: number;
}

interface Drawing {
  width: number;
  height: number;
  /** Top left corners. */
  nodes: Map<TaskId, Point>;
  edges: Edge[];
}

interface Edge {
  from: TaskId;
  to: TaskId;
  path: string;
}

interface Node {
  id: TaskId;
  dependencies: TaskId[];
}

/** The tasks of the plan, each behind those that it depends on. */
export function Graph() {
  const { record, summary } = useRun();
  const narrow = useMedia(NARROW);
  const tasks = [...record.tasks.values()];
  const shape = JSON.stringify(tasks.map(({ id, dependencies }) => ({ id, dependencies })));
  const drawing = useMemo(() => draw(JSON.parse(shape), narrow), [shape, narrow]);
  const critical = summary.time.critical_path.tasks;
  const isCritical = (from: TaskId, to: TaskId) => {
    const at = critical.indexOf(from);
    return at >= 0 && critical[at + 1] === to;
  };
  // Drawn above the others where they cross.
  const criticalLast = (one: Edge, other: Edge) =>
    Number(isCritical(one.from, one.to)) - Number(isCritical(other.from, other.to));
  const node = narrow ? NARROW_NODE : WIDE_NODE;
  const known = new Map(summary.tasks.map((task) => [task.id, task]));
  return (
    <section class="graph" aria-labelledby="title">
      <h1 id="title" tabIndex={-1}>Dependency graph</h1>
      <p class="lead">
        A task starts when the tasks before it are completed. The bold line is the critical path.
      </p>
      <div class="canvas" tabIndex={0} role="group" aria-label="Tasks, by what they depend on">
        <div class="drawing" style={{ width: `${drawing.width}px`, height: `${drawing.height}px` }}>
          <svg width={drawing.width} height={drawing.height} aria-hidden="true">
            <defs>
              <marker
                id="arrow"
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerUnits="userSpaceOnUse"
                markerWidth="9"
                markerHeight="9"
                orient="auto"
              >
                <path d="M0 0 8 4 0 8z" />
              </marker>
            </defs>
            {drawing.edges.toSorted(criticalLast).map(({ from, to, path }) => (
              <path
                class={isCritical(from, to) ? "edge critical" : "edge"}
                d={path}
                marker-end="url(#arrow)"
              />
            ))}
          </svg>
          {tasks.map(({ id, name, status, dependencies, selected }) => {
            const { x = 0, y = 0 } = drawing.nodes.get(id) ?? {};
            const after = dependencies.length === 0 ? "" : `, after ${dependencies.join(", ")}`;
            return (
              <a
                key={id}
                class={`node ${status} ${critical.includes(id) ? "critical" : ""} ${
                  selected ? "" : "unselected"
                }`}
                href={taskHref(id)}
                aria-label={`${id}, ${name}: ${stateWords(known.get(id), status)}${after}`}
                style={{
                  left: `${x}px`,
                  top: `${y}px`,
                  width: `${node.width}px`,
                  height: `${node.height}px`,
                }}
              >
                <span class="top">
                  <Mark status={status} /> <strong>{id}</strong>
                  <em>{stateWords(known.get(id), status)}</em>
                </span>
                <span class="name" title={name}>{name}</span>
              </a>
            );
          })}
        </div>
      </div>
    </section>
  );
}

function stateWords(task: TaskSummary | undefined, status: TaskSummary["status"]): string {
  if (task?.landed) return task.landed.how === "merge" ? "merged" : "pull request";
  return reasonWords(task?.reason) || statusWord(status);
}

function draw(tasks: Node[], narrow: boolean): Drawing {
  const size = narrow ? NARROW_NODE : WIDE_NODE;
  const graph = new graphlib.Graph();
  graph.setGraph({
    rankdir: narrow ? "TB" : "LR",
    nodesep: narrow ? 10 : 18,
    ranksep: narrow ? 36 : 56,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of tasks) graph.setNode(id, { ...size });
  for (const { id, dependencies } of tasks) {
    for (const dependency of dependencies) graph.setEdge(dependency, id);
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.ceil(width) + 2,
    height: Math.ceil(height) + 2,
    nodes: new Map(tasks.map(({ id }) => {
      const { x = 0, y = 0 } = graph.node(id);
      return [id, { x: x - size.width / 2, y: y - size.height / 2 }];
    })),
    edges: graph.edges().map(({ v, w }) => {
      const ends = [graph.node(v), graph.node(w)] as const;
      return { from: v, to: w, path: pathOf(ends, graph.edge(v, w).points ?? [], narrow) };
    }),
  };
}

/**
 * A line from the end of one node to the beginning of another. Every second bend is in a column
 * of nodes, which a longer edge crosses straight.
 */
function pathOf([from, to]: readonly [Point, Point], points: Point[], narrow: boolean): string {
  const half = (narrow ? NARROW_NODE.height : WIDE_NODE.width) / 2;
  const crossings = points.slice(1, -1).filter((_, at) => at % 2 === 1);
  const at = ({ x, y }: Point, by: number): Point => narrow ? { x, y: y + by } : { x: x + by, y };
  let path = "";
  let here = at(from, half);
  for (const next of [...crossings, to]) {
    const there = at(next, -half);
    path += curve(here, there, narrow);
    here = at(next, half);
    if (next !== to) path += `L${here.x} ${here.y}`;
  }
  const start = at(from, half);
  return `M${start.x} ${start.y}${path}`;
}

/** Leaves and arrives in the direction of the graph. */
function curve(from: Point, to: Point, narrow: boolean): string {
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  const [one, other] = narrow ? [[from.x, y], [to.x, y]] : [[x, from.y], [x, to.y]];
  return `C${one.join(" ")} ${other.join(" ")} ${to.x} ${to.y}`;
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const onChange = () => setMatches(media.matches);
    media.addEventListener("change", onChange);
    return () => media.removeEventListener("change", onChange);
  }, [query]);
  return matches;
}
