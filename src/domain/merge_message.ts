/** What a merge's message can name. */
export interface MergeNames {
  task: string;
  title: string;
  branch: string;
  base: string;
  plan: string;
}

const DEFAULT = "Merge branch '{branch}'\n\n{title}";

/**
 * The message of a task's merge into the base, from a template with names in braces. Its last line is the
 * one by which the task is found again.
 */
export function mergeMessage(names: MergeNames, template: string = DEFAULT): string {
  const known = new Map(Object.entries(names));
  const text = template.replaceAll(/\{(\w+)\}/g, (all, name) => known.get(name) ?? all).trim();
  const trailer = `Implements: ${names.task}`;
  if (text.split("\n").includes(trailer)) return `${text}\n`;
  const between = /\n\n(.*\n)*[\w-]+: .*$/.test(text) ? "\n" : "\n\n";
  return `${text}${between}${trailer}\n`;
}
