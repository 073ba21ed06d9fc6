import type { Plan } from "../domain/plan.ts";
import { fenced } from "../agent/prompt_parts.ts";
import type { Critique } from "./critic.ts";
import { draftSchema } from "./draft.ts";

/** What the planner is asked for. */
export function planPrompt(wish: string, plan: Plan | undefined): string {
  return [
    "Task: plan\nName: Draft a development plan for this repository",
    `## What is wanted\n\n${fenced(wish.trim())}`,
    ...(plan ? [additionTo(plan)] : []),
    RULES,
    `## Your answer\n\nA JSON object of this schema, and nothing else:\n\n${
      fenced(JSON.stringify(draftSchema()))
    }`,
  ].join("\n\n") + "\n";
}

function additionTo({ name, tasks }: Plan): string {
  const listed = tasks.map(({ id, name, status, files }) => {
    const written = [...files.create, ...files.modify, ...files.delete];
    return `${id} (${status}): ${name}${
      written.length > 0 ? `, changes ${written.join(", ")}` : ""
    }`;
  });
  return `## The plan it is added to\n\n"${name}" has these tasks. Draft only the tasks to add, with new ` +
    `ids; it may wait for tasks of the plan:\n\n${fenced(listed.join("\n"))}`;
}

const RULES = `## How to plan

- Read the repository first: its structure, conventions, tests and the files that are concerned. You can
  only read; nothing is executed now.
- Each task is done by an agent of its own, in a worktree of its own, that knows nothing but its task and
  the repository. Say all it needs: the decisions, the pattern to follow, the files.
- Tasks run at the same time unless one depends on another. Make them independent: split by part of the
  system, not by layer of one part. What several need goes first into a small task of its own, which they
  depend on.
- Two tasks that run at the same time must not change the same file.
- A task is what an agent does in about an hour: one concern, a handful of files, its tests included.
- Each task names the tests that prove it and acceptance criteria that can be checked.`;

/** The critique of a draft, as the next message of the same conversation. */
export function critiquePrompt({ errors, advice }: Critique): string {
  const listed = [...errors, ...advice].map((line) => `- ${line}`).join("\n");
  return "Task: plan\nName: Revise the draft\n\nparex has checked the draft and found:\n\n" +
    `${listed}\n\nAnswer with the whole revised draft, as JSON of the same schema. Where a finding cannot ` +
    "be met because the work is like that, leave it so and say why in the notes of the task.\n";
}

/** The same for a planner that does not remember: with all that was said. */
export function promptWithHistory(first: string, draft: unknown, critique: string): string {
  return `${first}\n## Your last draft\n\n${
    fenced(JSON.stringify(draft))
  }\n\n## What to change\n\n${critique}`;
}
