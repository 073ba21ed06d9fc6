/** The `/parex` command: what Claude Code is told when a person types it. */
export const SLASH_COMMAND = `---
description: Execute a development plan in parallel with parex
argument-hint: "[what to do in parallel, or a plan]"
allowed-tools: Bash(parex:*)
---

Execute a development plan in parallel with parex: every task in its own git worktree and branch,
with its own agent, and the project's checks run on each result.

The request: $ARGUMENTS

1. If it names tasks that are in no plan, write the plan first: \`.parallel/plans/plan.yaml\`
   with \`metadata.name\` and \`tasks\`, each with \`id\`, \`name\`, \`file\`, \`priority\` (blocker, high, medium,
   low) and \`dependencies\`, and for each task a Markdown file in the same folder that specifies it
   completely. Tasks that touch the same files depend on one another. If this conversation
   contains the plan already, \`parex extract\` writes its files.
2. \`parex validate\` reports all problems of the plan. Fix them.
3. \`parex execute\` runs it. It takes long: start it in the background. \`parex status\` shows its
   progress. Do not make worktrees, start agents or merge branches for its tasks yourself.
4. If a task is blocked because its agent asked something, show the question. \`parex answer <task>
   "<answer>"\` continues the task. For every other blocked task, say why it is blocked and what parex
   names as the next step.
5. When the run has ended, \`parex report\` prints the result. Sum it up; do not claim more than it
   says.
`;
