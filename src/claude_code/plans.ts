/** Finds plans in what was said and written in a conversation. */
import { type IndexEntry, type PlanIndex, readIndex } from "../plan/plan_index.ts";
import { fencesOf, isMarkdown } from "./fences.ts";
import { taskTexts, type Wanted } from "./task_texts.ts";
import type { Utterance } from "./transcript.ts";

/** A plan in a transcript. */
export interface FoundPlan {
  name: string;
  identity: string;
  /** Position of the plan in the transcript. */
  line: number;
  /** Of `plan.yaml`. */
  text: string;
  /** In the order of the plan; without a text: there is none, or not all of it. */
  tasks: { id: string; file: string; text?: string | undefined }[];
  /** Tasks that the plan specifies itself. */
  inline: number;
}

const TASKS = /^tasks\s*:/m;

interface Index {
  index: PlanIndex;
  text: string;
  utterance: Utterance;
}

/** All plans, newest first; of a revised plan only the newest complete version. */
export function plansIn(utterances: readonly Utterance[]): FoundPlan[] {
  const spoken = utterances.flatMap(unfolded);
  const indices = spoken.flatMap(indicesIn);
  const plans = indices.map((found, at) => completed(found, around(indices, at), spoken));
  const newest = new Map<string, FoundPlan>();
  for (const plan of plans) {
    const known = newest.get(plan.identity);
    if (!known || isComplete(plan) || !isComplete(known)) newest.set(plan.identity, plan);
  }
  return [...newest.values()].sort((a, b) => b.line - a.line);
}

/** Whether nothing of a plan is missing. */
export function isComplete({ tasks }: FoundPlan): boolean {
  return tasks.every(({ text }) => text !== undefined);
}

/**
 * A plan that is a whole document in a block of Markdown counts as well; of several plans
 * in one text each has the part that begins with it.
 */
function unfolded(utterance: Utterance): Utterance[] {
  if (utterance.path !== undefined) return [utterance];
  const { line, text } = utterance;
  const lines = text.split(/\r?\n/);
  const fences = fencesOf(lines).filter(({ text }) => TASKS.test(text));
  const documents = fences.filter(({ info }) => isMarkdown(info)).map(({ text }) => text);
  const starts = fences.filter(({ info }) => isYaml(info)).slice(1).map(({ from }) => from);
  const parts = [0, ...starts].map((from, at) => lines.slice(from, starts[at]).join("\n"));
  return [...parts, ...documents].map((text) => ({ line, text }));
}

function indicesIn(utterance: Utterance): Index[] {
  const { path, text } = utterance;
  const texts = path === undefined
    ? fencesOf(text.split(/\r?\n/)).filter(({ info, closed }) => closed && isYaml(info))
      .map((fence) => fence.text)
    : /\.ya?ml$/i.test(path)
    ? [text]
    : [];
  return texts.flatMap((each) => {
    if (!TASKS.test(each)) return [];
    const index = readIndex(each, "plan.yaml");
    const broken = index.problems.some(({ severity }) => severity === "error");
    return broken || isTemplate(index) ? [] : [{ index, text: `${each.trim()}\n`, utterance }];
  });
}

function isYaml(info: string): boolean {
  return info === "" || /^ya?ml\b/.test(info);
}

/** Names such as `{title}` are placeholders: this text explains the format of a plan. */
function isTemplate({ name, entries }: PlanIndex): boolean {
  return [name, ...entries.map((entry) => entry.name ?? "")].some((each) =>
    /^(?:\{.*\}|\[.*\]|<.*>|\.\.\.|…)$/.test(each.trim())
  );
}

/** The range of lines that may contain a plan's tasks: up to the plans before and after it. */
function around(indices: readonly Index[], at: number): { after: number; before: number } {
  const own = indices[at]?.index.identity;
  const isOther = ({ index }: Index) => index.identity !== own;
  const earlier = indices.slice(0, at).findLast(isOther);
  const later = indices.slice(at + 1).find(isOther);
  return {
    after: earlier?.utterance.line ?? 0,
    before: later?.utterance.line ?? Number.POSITIVE_INFINITY,
  };
}

function completed(
  { index, text, utterance }: Index,
  { after, before }: { after: number; before: number },
  spoken: readonly Utterance[],
): FoundPlan {
  const wanted = index.entries.flatMap(wantedOf);
  const near = spoken.filter(({ line }) => line > after && line < before);
  // The plan's own message counts first, then what was said or written behind it, then before it.
  const others = near.filter((each) => each !== utterance);
  const order = [
    utterance,
    ...others.filter(({ line }) => line >= utterance.line).reverse(),
    ...others.filter(({ line }) => line < utterance.line).reverse(),
  ];
  const texts = new Map<string, string>();
  for (const each of order) {
    if (texts.size === wanted.length) break;
    for (const [id, found] of textsIn(each, wanted)) if (!texts.has(id)) texts.set(id, found);
  }
  const tasks = wanted.map((task) => {
    const found = texts.get(task.id);
    return { ...task, text: found };
  });
  const { name, identity, entries } = index;
  const inline = entries.length - wanted.length;
  return { name, identity, line: utterance.line, text, tasks, inline };
}

function wantedOf({ id, spec }: IndexEntry): Wanted[] {
  return spec?.kind === "file" ? [{ id: id.value, file: spec.file.value }] : [];
}

function textsIn({ path, text }: Utterance, wanted: readonly Wanted[]): Map<string, string> {
  if (path === undefined) return taskTexts(text, wanted);
  const written = wanted.find(({ file }) => path === file || path.endsWith(`/${file}`));
  return new Map(written ? [[written.id, text]] : []);
}
