import { basename, dirname, join } from "node:path";
import { boxOf, itemsOf } from "./checklist.ts";
import { contextBeside, firstFile, foldersIn, isFile, sourceFile } from "./folders.ts";
import type { ForeignGroup, Format, SourceFile } from "./format.ts";
import { groupOf, type Node, saysMore, taskOf, treeOf } from "./numbered.ts";
import { inOrder, type Step } from "./order.ts";

const DEPENDS = /_+Depends(?: on)?:_*[ \t]*([\d., and]+)_*/i;
const PARALLEL = /^\(P\)[ \t]*/;
const CHECKPOINT = /^(?:final )?checkpoint\b/i;

/** Kiro: in order, or as `_Depends: 1.2_` says; what has items below it comes after them. */
export const kiro: Format = {
  name: "kiro",
  title: "Kiro",
  place: ".kiro/specs/<name>/tasks.md",
  locate(path) {
    const list = basename(path) === "tasks.md" ? path : join(path, "tasks.md");
    return /\/\.kiro\/specs\/[^/]+\/tasks\.md$/.test(list) && isFile(list) ? list : undefined;
  },
  recognizes: (text) =>
    /^[ \t]*[-*][ \t]+\[[ xX~-]\]\*?[ \t]+\d+\.?[ \t]/m.test(text) &&
    /_(?:Requirements|Depends):/.test(text),
  find: (root) =>
    foldersIn(join(root, ".kiro", "specs")).flatMap((name) =>
      firstFile(join(root, ".kiro", "specs", name), "tasks.md") ?? []
    ),
  context: (list) => contextBeside(list, ["requirements.md", "design.md", "bugfix.md"]),
  files: (list) => [sourceFile(list)],
  read([file], list) {
    const name = basename(dirname(list));
    if (!file) return { name, tasks: [], groups: [], notes: [] };
    const { order, groups } = arrange(file, treeOf(itemsOf(file.text)));
    const waits = inOrder(order.map(({ node }) => stepOf(node)));
    const tasks = order.map(({ node, above }) =>
      taskOf(file, { ...node, name: node.name.replace(PARALLEL, "") }, {
        dependencies: waits.get(node.id) ?? [],
        text: above === undefined ? "" : `Part of: ${above}`,
        mark: markOf(file, node),
      })
    );
    const optional = order.filter(({ node }) => node.item.optional);
    const [first] = optional;
    const notes = first
      ? [{
        path: file.path,
        line: first.node.item.line,
        message: `executed as well, though marked as optional: ${
          optional.map(({ node }) => node.id).slice(0, 8).join(", ")
        }${optional.length > 8 ? ", …" : ""}`,
      }]
      : [];
    return { name, tasks, groups, notes };
  },
};

interface Arranged {
  node: Node;
  /** The name of what it is a part of. */
  above: string | undefined;
}

/** The tasks in the order in which they are done, and what is done with them. */
function arrange(file: SourceFile, roots: readonly Node[]) {
  const order: Arranged[] = [];
  const groups: ForeignGroup[] = [];
  let sinceCheckpoint = 0;
  const visit = (node: Node, above?: Node): void => {
    const entry = { node, above: above && saysMore(above) ? above.name : undefined };
    if (node.children.length === 0) {
      if (!CHECKPOINT.test(node.name)) return void order.push(entry);
      const members = order.slice(sinceCheckpoint).map((each) => each.node.id);
      groups.push(groupOf(file, node, members, markOf(file, node)));
      sinceCheckpoint = order.length;
      return;
    }
    // What only has optional items below it is the work itself, and they are its tests.
    const isWork = saysMore(node) && node.children.every(({ item }) => item.optional);
    if (isWork) order.push(entry);
    for (const child of node.children) visit(child, node);
    if (isWork) return;
    if (saysMore(node)) order.push(entry);
    else {
      const members = node.children.map(({ id }) => id);
      groups.push(groupOf(file, node, members, markOf(file, node)));
    }
  };
  for (const root of roots) visit(root);
  return { order, groups };
}

function markOf(file: SourceFile, { item }: Node) {
  return boxOf(file, item, { in_progress: "-", testing: "-" });
}

function stepOf({ id, name, item }: Node): Step {
  const named = item.details.map((line) => DEPENDS.exec(line)?.[1]).find((found) => found);
  const explicit = named?.match(/\d+(?:\.\d+)*/g);
  return {
    id,
    parallel: PARALLEL.test(name),
    stage: "",
    explicit: explicit ? [...explicit] : undefined,
  };
}
