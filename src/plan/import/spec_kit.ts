import { basename, dirname, join } from "node:path";
import { boxOf, type Item, itemsOf, plain, textOf } from "./checklist.ts";
import { contextBeside, firstFile, foldersIn, isFile } from "./folders.ts";
import { sourceFile } from "./folders.ts";
import type { ForeignTask, Format, SourceFile } from "./format.ts";
import { inOrder } from "./order.ts";

const TASK = /^\**(T\d{1,5}[a-z]?)\**[.:]?[ \t]+(.*)$/;
const LABEL = /^\[(P|US\d+[^\]]*)\][ \t]*/i;
const CONTEXT = ["spec.md", "plan.md", "research.md", "data-model.md", "quickstart.md"];

/** Spec Kit: phases in order; within a phase `[P]` tasks in parallel, others in order. */
export const specKit: Format = {
  name: "spec-kit",
  title: "Spec Kit",
  place: "specs/<name>/tasks.md",
  locate(path) {
    const list = basename(path) === "tasks.md" ? path : join(path, "tasks.md");
    return /\/specs\/[^/]+\/tasks\.md$/.test(list) && !list.includes("/.kiro/") && isFile(list)
      ? list
      : undefined;
  },
  recognizes: (text) => /^[ \t]*[-*][ \t]+\[[ xX]\][ \t]+\**T\d{1,5}/m.test(text),
  find: (root) =>
    [join(root, "specs"), join(root, ".specify", "specs")].flatMap((specs) =>
      foldersIn(specs).flatMap((name) => firstFile(join(specs, name), "tasks.md") ?? [])
    ),
  context: (list) => contextBeside(list, CONTEXT),
  files: (list) => [sourceFile(list)],
  read([file], list) {
    const name = basename(dirname(list));
    if (!file) return { name, tasks: [], groups: [], notes: [] };
    const found = tasksIn(itemsOf(file.text));
    const waits = inOrder(found.map(({ id, parallel, item }) => ({
      id,
      parallel,
      stage: item.headings.join("\n"),
    })));
    const tasks = found.map((each) => taskOf(file, each, waits.get(each.id) ?? []));
    const stories = new Set(found.flatMap(({ story }) => story ?? []));
    const message = `${[...stories].join(", ")} are done one after the other, as phases are; to ` +
      "have them side by side, import the list and change the dependencies";
    const first = found.find(({ story }) => story !== undefined);
    const notes = first && stories.size > 1
      ? [{ path: file.path, line: first.item.line, message }]
      : [];
    return { name, tasks, groups: [], notes };
  },
};

interface Found {
  id: string;
  name: string;
  parallel: boolean;
  story?: string | undefined;
  item: Item;
}

/** Checkboxes without a task's number are details of the task before them. */
function tasksIn(items: readonly Item[]): Found[] {
  const found: Found[] = [];
  for (const item of items) {
    const [, id, rest = ""] = TASK.exec(item.text) ?? [];
    const last = found.at(-1);
    if (id === undefined) {
      if (last && item.indent > last.item.indent) last.item.details.push(detailOf(item));
      continue;
    }
    let name = rest.trim();
    const labels: string[] = [];
    for (let label = LABEL.exec(name); label; label = LABEL.exec(name)) {
      labels.push(label[1]?.toUpperCase() ?? "");
      name = name.slice(label[0].length);
    }
    const story = labels.find((label) => label !== "P");
    found.push({ id, name: plain(name), parallel: labels.includes("P"), story, item });
  }
  return found;
}

function detailOf({ indent, box, text, details }: Item): string {
  return [`${" ".repeat(indent)}- [${box}] ${text}`, ...details].join("\n");
}

function taskOf(file: SourceFile, found: Found, dependencies: string[]): ForeignTask {
  const { id, name, story, item } = found;
  const stage = item.headings.slice(1).map(plain).join(" / ");
  return {
    id,
    name,
    status: /x/i.test(item.box) ? "completed" : "pending",
    dependencies,
    text: [stage === "" ? "" : `Part of: ${stage}`, textOf(item.details)]
      .filter((part) => part !== "").join("\n\n"),
    labels: story === undefined ? [] : [story],
    marks: [boxOf(file, item)],
    path: file.path,
    line: item.line,
  };
}
