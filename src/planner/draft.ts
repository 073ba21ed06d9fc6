import { z } from "zod";
import { isTaskId } from "../domain/names.ts";
import { PRIORITIES, type Task } from "../domain/task.ts";
import { isRecord } from "../util/json_values.ts";

const lines = z.array(z.string()).default([]);

const DRAFTED_TASK = z.object({
  id: z.string().describe("short, lower case, with hyphens: it names a git branch"),
  name: z.string().describe("what is done, in a few words"),
  priority: z.enum(PRIORITIES).default("medium"),
  dependencies: lines.describe("ids of the tasks whose work this one needs; as few as possible"),
  objective: z.string().describe("what is true when the task is done"),
  approach: z.string().default("").describe("how: libraries, patterns to follow, decisions"),
  files: z.object({ create: lines, modify: lines, delete: lines, read: lines })
    .partial().default({}).describe("paths relative to the repository"),
  tests: lines.describe("the tests to write or change"),
  acceptance: lines.describe("criteria that a person can check"),
  notes: z.string().default(""),
});

/** A plan as an agent drafts it. */
export const DRAFT = z.object({
  name: z.string().describe("the plan's name"),
  tasks: z.array(DRAFTED_TASK).min(1),
});
export type Draft = z.infer<typeof DRAFT>;
export type DraftedTask = Draft["tasks"][number];

/** The same as a JSON Schema, for agents that are bound to one. */
export function draftSchema(): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(DRAFT, { io: "input" });
  return schema;
}

/** A draft out of an agent's answer: the value itself, or the JSON in a text. */
export function readDraft(answer: unknown): { draft: Draft } | { problem: string } {
  const value = typeof answer === "string" ? jsonIn(answer) : answer;
  if (value === undefined) return { problem: "the answer holds no JSON" };
  const parsed = DRAFT.safeParse(value);
  if (parsed.success) return { draft: parsed.data };
  return { problem: `the draft does not fit the schema:\n${z.prettifyError(parsed.error)}` };
}

/** The last fenced block that is an object, else the text between the outermost braces. */
function jsonIn(text: string): unknown {
  const fenced = [...text.matchAll(/```(?:json)?\s*\n([^]*?)\n```/g)].map(([, block = ""]) =>
    block
  );
  const start = text.indexOf("{");
  const braced = start < 0 ? [] : [text.slice(start, text.lastIndexOf("}") + 1)];
  for (const candidate of [...fenced.toReversed(), ...braced]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (isRecord(value)) return value;
    } catch {
      // The next one may be it.
    }
  }
  return undefined;
}

/** The tasks of a draft, as a plan has them. Ids that git does not take are made such. */
export function tasksOf({ tasks }: Draft): Task[] {
  const ids = new Map(tasks.map(({ id }, at) => [id, isTaskId(id) ? id : slugOf(id, at)]));
  return tasks.map((task, order) => {
    const { create = [], modify = [], delete: deleted = [], read = [] } = task.files;
    return {
      id: ids.get(task.id) ?? task.id,
      name: task.name,
      priority: task.priority,
      effectivePriority: task.priority,
      dependencies: task.dependencies.map((id) => ids.get(id) ?? id),
      status: "pending",
      source: { kind: "inline", path: "" },
      body: bodyOf(task),
      labels: [],
      files: { create, modify, delete: deleted, read },
      order,
    };
  });
}

function slugOf(id: string, at: number): string {
  const slug = id.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(
    0,
    60,
  );
  return isTaskId(slug) ? slug : `task-${at + 1}`;
}

function bodyOf(
  { name, objective, approach, files, tests, acceptance, notes }: DraftedTask,
): string {
  const groups = (["create", "modify", "delete", "read"] as const).flatMap((access) => {
    const paths = files[access] ?? [];
    if (paths.length === 0) return [];
    const title = `${access[0]?.toUpperCase()}${access.slice(1)}`;
    return [`**${title}:**\n${paths.map((path) => `- \`${path}\``).join("\n")}`];
  });
  const list = (items: readonly string[], mark: string) =>
    items.map((item) => `- ${mark}${item}`).join("\n");
  const sections: [string, string][] = [
    ["Objective", objective.trim()],
    ["Implementation Approach", approach.trim()],
    ["Files to Touch", groups.join("\n\n")],
    ["Tests Required", list(tests, "")],
    ["Acceptance Criteria", list(acceptance, "[ ] ")],
    ["Notes", notes.trim()],
  ];
  const said = sections.filter(([, text]) => text !== "").map(([title, text]) =>
    `## ${title}\n\n${text}`
  );
  return `${[`# ${name}`, ...said].join("\n\n")}\n`;
}
