import { oneLine } from "../escape.ts";
import { plural } from "../layout.ts";

/** A plan in a transcript, for people. */
export interface PlanChoice {
  name: string;
  tasks: number;
  line: number;
}

/** Plans to choose from, a line each, by the numbers that `--pick` takes. */
export function planChoicesText(plans: readonly PlanChoice[]): string {
  return plans.map((plan, at) => `${at + 1}  ${planChoiceText(plan)}\n`).join("");
}

/** A plan to choose, on a line. */
export function planChoiceText({ name, tasks, line }: PlanChoice): string {
  return `${oneLine(name)}  ${plural(tasks, "task")}, line ${line} of the transcript`;
}
