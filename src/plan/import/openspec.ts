import { basename, dirname, join } from "node:path";
import { boxOf, itemsOf } from "./checklist.ts";
import { contextBeside, firstFile, foldersIn, isFile, sourceFile } from "./folders.ts";
import type { ForeignGroup, Format } from "./format.ts";
import { groupOf, type Node, taskOf, treeOf } from "./numbered.ts";
import { inOrder } from "./order.ts";

/** OpenSpec: sections in order; within a section tasks have no order. */
export const openspec: Format = {
  name: "openspec",
  title: "OpenSpec",
  place: "openspec/changes/<name>/tasks.md",
  locate(path) {
    const list = basename(path) === "tasks.md" ? path : join(path, "tasks.md");
    return /\/openspec\/changes\/[^/]+\/tasks\.md$/.test(list) && isFile(list) ? list : undefined;
  },
  recognizes: (text) =>
    /^## +\d+[.:]? /m.test(text) && /^[ \t]*[-*][ \t]+\[[ xX]\][ \t]+\**\d+\.\d+/m.test(text),
  find: (root) => {
    const changes = join(root, "openspec", "changes");
    return foldersIn(changes).filter((name) => name !== "archive")
      .flatMap((name) => firstFile(join(changes, name), "tasks.md") ?? []);
  },
  context: (list) => contextBeside(list, ["proposal.md", "design.md"]),
  files: (list) => [sourceFile(list)],
  read([file], list) {
    const name = basename(dirname(list));
    if (!file) return { name, tasks: [], groups: [], notes: [] };
    const leaves: { node: Node; part: string }[] = [];
    const groups: ForeignGroup[] = [];
    const visit = (node: Node, part: string): void => {
      if (node.children.length === 0) return void leaves.push({ node, part });
      for (const child of node.children) visit(child, node.name);
      groups.push(groupOf(file, node, node.children.map(({ id }) => id)));
    };
    for (const root of treeOf(itemsOf(file.text))) visit(root, headingOf(root));
    const waits = inOrder(
      leaves.map(({ node }) => ({ id: node.id, parallel: true, stage: headingOf(node) })),
    );
    const tasks = leaves.map(({ node, part }) =>
      taskOf(file, node, {
        dependencies: waits.get(node.id) ?? [],
        text: part === "" ? "" : `Part of: ${part}`,
        mark: boxOf(file, node.item),
      })
    );
    const line = tasks[0]?.line ?? 1;
    const message = "the list gives no order within a section: its tasks may run at the same time";
    return {
      name,
      tasks,
      groups,
      notes: tasks.length > 1 ? [{ path: file.path, line, message }] : [],
    };
  },
};

function headingOf({ item }: Node): string {
  return item.headings.at(-1) ?? "";
}
