import { stringify } from "yaml";

/** A plan with one task that explains itself: the texts of its files by their paths in its folder. */
export function skeletonOf(name: string): Map<string, string> {
  const index = stringify({
    metadata: { name },
    tasks: [{
      id: "task-1",
      name: "Say hello",
      file: "tasks/task-1.md",
      priority: "medium",
      dependencies: [],
    }],
  });
  return new Map([
    ["tasks/task-1.md", TASK],
    ["plan.yaml", `${COMMENT}${index}`],
  ]);
}

const COMMENT = `# A plan for parex. Each task has an entry here and a file that specifies it.
#
#   id            names its branch: feature/<id>
#   file          the task file, relative to this one
#   priority      blocker, high, medium or low
#   dependencies  ids of the tasks that must be completed before it
#
# Tasks that do not wait for each other run at the same time, so give them files of their own. Replace
# the sample task by yours, then: parex validate && parex execute --dry-run
`;

const TASK = `---
id: task-1
priority: medium
status: pending
dependencies: []
labels: []
---

# Say hello

<!-- An agent that knows nothing but this file and the repository does the task. Say all it needs. -->

## Objective

Add a file HELLO.md that greets people who open the repository for the first time.

## Implementation Approach

Two sentences in Markdown: what this repository is, and the command that runs its tests.

## Files to Touch

**Create:**
- \`HELLO.md\`

## Tests Required

- None: nothing that runs is changed

## Acceptance Criteria

- [ ] HELLO.md says what the repository is and how its tests are run
- [ ] All tests pass as before
`;
