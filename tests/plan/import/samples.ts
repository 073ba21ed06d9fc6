/** Lists of tasks as the tools of others write them, each with parts, done tasks and dependencies. */

export interface Sample {
  /** What is given to parex. */
  path: string;
  /** By their paths in the repository. */
  files: Record<string, string>;
  /** The tasks that are to be done, with what they wait for. */
  waits: Record<string, string[]>;
  /** Done already. */
  done: string[];
  /** What the files hold when all is done: the first text of each pair has become the second. */
  marks: [file: string, before: string | RegExp, after: string][];
}

const SPEC_KIT: Sample = {
  path: "specs/004-pantry/tasks.md",
  files: {
    "specs/004-pantry/spec.md": "# Pantry\n",
    "specs/004-pantry/plan.md": "# How\n",
    "specs/004-pantry/tasks.md": `# Tasks: Pantry

**Input**: documents of \`/specs/004-pantry/\`

## Format: \`[ID] [P?] [Story] Description\`

- **[P]**: beside others

<!-- For example:
- [ ] T900 is no task
-->

## Phase 1: Setup

- [x] T001 Create the folders of the project
- [X] T002 [P] Choose a formatter

## Phase 2: Foundation

- [ ] T003 Define a jar in src/jar.ts
- [ ] T004 [P] Log to src/log.ts
- [ ] T005 [P] Name errors in src/errors.ts

**Checkpoint**: the ground is laid

## Phase 3: User Story 1 - Fill (Priority: P1)

### Tests for User Story 1

- [ ] T006 [P] [US1] Test filling in tests/fill_test.ts
- [ ] T007 [P] [US1] Test limits in tests/limits_test.ts

### Implementation for User Story 1

- [ ] T008 [US1] Fill a jar in src/fill.ts
  - [ ] never beyond its rim
- [ ] T009 [US1] Wire it into src/main.ts

## Phase 4: User Story 2 - Empty

- [ ] T010 [US2] Empty a jar in src/empty.ts

\`\`\`
- [ ] T901 is no task either
\`\`\`

## Phase 5: Polish

- [ ] T011 [P] Write docs/pantry.md
- [ ] T012 [P] Measure the start
- [ ] T013 Go through quickstart.md

## Dependencies

- Setup comes first
`,
  },
  done: ["T001", "T002"],
  waits: {
    T003: ["T002"],
    T004: ["T003"],
    T005: ["T003"],
    T006: ["T004", "T005"],
    T007: ["T004", "T005"],
    T008: ["T006", "T007"],
    T009: ["T008"],
    T010: ["T009"],
    T011: ["T010"],
    T012: ["T010"],
    T013: ["T011", "T012"],
  },
  marks: [["specs/004-pantry/tasks.md", /^- \[ \] (T\d{3}) (?!is no)/gm, "- [x] $1 "]],
};

const KIRO: Sample = {
  path: ".kiro/specs/harbour",
  files: {
    ".kiro/specs/harbour/requirements.md": "# Requirements\n",
    ".kiro/specs/harbour/design.md": "# Design\n",
    ".kiro/specs/harbour/tasks.md": `# Implementation Plan

- [x] 1. Set up the project
  - Make its folders
  - _Requirements: 1.1_

- [-] 2. Model ships
  - [x] 2.1 Define a ship
    - with a name and a length
    - _Requirements: 1.2_
  - [ ] 2.2 Check its length
    - _Requirements: 1.3_
  - [ ]* 2.3 Write property tests
    - _Requirements: 1.3_

- [ ] 3. Checkpoint - all tests pass

- [ ] 4. Keep ships
- [ ] 4.1 (P) Write them to a file
  - at once or not at all
  - _Depends: 2.2_
- [ ] 4.2 (P) Read them
  - _Depends: 2.1, 2.2_
- [ ] 4.3 List them
  - _Requirements: 2.3_

- [ ] 5. Give out berths
  - Say in the log who got which
  - [ ] 5.1 Find a free one
    - _Requirements: 3.1_
  - [ ] 5.2 Give it back
    - _Requirements: 3.2_

- [ ] 6. Warn of storms
  - in \`src/storm.ts\`
  - _Requirements: 4.1_

- [ ]* 6.1 Test the warning
  - _Requirements: 4.1_

- [~] 7. Wire all of it
  - from main
`,
  },
  done: ["1", "2.1"],
  waits: {
    "2.2": ["2.1"],
    "2.3": ["2.2"],
    "4.1": ["2.2"],
    "4.2": ["2.1", "2.2"],
    "4.3": ["4.1", "4.2"],
    "5.1": ["4.3"],
    "5.2": ["5.1"],
    "5": ["5.2"],
    "6": ["5"],
    "6.1": ["6"],
    "7": ["6.1"],
  },
  marks: [[".kiro/specs/harbour/tasks.md", /- \[[ ~-]\]/g, "- [x]"]],
};

const OPENSPEC: Sample = {
  path: "openspec/changes/add-search",
  files: {
    "openspec/changes/add-search/proposal.md": "# Why\n",
    "openspec/changes/add-search/tasks.md": `# Tasks

## 1. Index

- [x] 1.1 Choose what is indexed
- [ ] 1.2 Index notes in src/index.ts
  - also their titles
- [ ] 1.3 Forget removed notes

## 2. Query

- [ ] 2.1 Split a query into words
- [ ] 2.2 Rank what is found
  - [ ] 2.2.1 by age
  - [ ] 2.2.2 by length
- [ ] 2.3 Cut long results

## 3. Screen

- [ ] 3.1 Show results in src/results.ts
- [ ] 3.2 Mark the words
- [ ] 3.3 Say when there are none

## 4. Check

- [ ] 4.1 Measure with 10,000 notes
- [x] 4.2 Write down what was measured before
`,
  },
  done: ["1.1", "4.2"],
  waits: {
    "1.2": [],
    "1.3": [],
    "2.1": ["1.1", "1.2", "1.3"],
    "2.2.1": ["1.1", "1.2", "1.3"],
    "2.2.2": ["1.1", "1.2", "1.3"],
    "2.3": ["1.1", "1.2", "1.3"],
    "3.1": ["2.1", "2.2.1", "2.2.2", "2.3"],
    "3.2": ["2.1", "2.2.1", "2.2.2", "2.3"],
    "3.3": ["2.1", "2.2.1", "2.2.2", "2.3"],
    "4.1": ["3.1", "3.2", "3.3"],
  },
  marks: [["openspec/changes/add-search/tasks.md", /- \[ \]/g, "- [x]"]],
};

function story(key: string, title: string, status: string): string {
  return `# Story ${key}: ${title}

Status: ${status}

## Story

As a gardener, I want this, so that things grow.

## Acceptance Criteria

1. It grows (${key})

## Tasks / Subtasks

- [ ] Dig (AC: 1)
  - [ ] Water

## Dev Notes
`;
}

const STORIES: [file: string, key: string, title: string, status: string][] = [
  ["1-1-beds", "1.1", "Beds", "done"],
  ["1-2-paths", "1.2", "Paths", "review"],
  ["1-3-seeds", "1.3", "Seeds", "ready-for-dev"],
  ["1-4-water", "1.4", "Water", "ready-for-dev"],
  ["2-1-trees", "2.1", "Trees", "ready-for-dev"],
  ["2-2-fruit", "2.2", "Fruit", "in-progress"],
  ["2-3-birds", "2.3", "Birds", "drafted"],
  ["3-1-pond", "3.1", "Pond", "ready-for-dev"],
  ["3-2-fish", "3.2", "Fish", "ready-for-dev"],
  ["3-3-frogs", "3.3", "Frogs", "ready-for-dev"],
  ["3-4-reeds", "3.4", "Reeds", "ready-for-dev"],
  ["3-10-ice", "3.10", "Ice", "ready-for-dev"],
];
const SPRINT = "docs/stories/sprint-status.yaml";

const BMAD: Sample = {
  path: "docs/stories",
  files: {
    ...Object.fromEntries(
      STORIES.map(([file, key, title, status]) => [
        `docs/stories/${file}.md`,
        story(key, title, status),
      ]),
    ),
    [SPRINT]: `# What is done
development_status:
  epic-1: in-progress
${STORIES.map(([file, , , status]) => `  ${file}: ${status}\n`).join("")}  3-11-thaw: backlog
  epic-1-retrospective: optional # later
`,
  },
  done: ["1.1", "1.2"],
  waits: {
    "1.3": ["1.2"],
    "1.4": ["1.3"],
    "2.1": [],
    "2.2": ["2.1"],
    "2.3": ["2.2"],
    "3.1": [],
    "3.2": ["3.1"],
    "3.3": ["3.2"],
    "3.4": ["3.3"],
    "3.10": ["3.4"],
  },
  marks: [
    ...STORIES.slice(2).map(([file]): Sample["marks"][number] => [
      `docs/stories/${file}.md`,
      /^Status: .*$/m,
      "Status: done",
    ]),
    [SPRINT, /^( {2}\d-\d+-(?!thaw|paths)\w+): .*$/gm, "$1: done"],
  ],
};

const TASK_MASTER: Sample = {
  path: ".taskmaster/tasks/tasks.json",
  files: {
    ".taskmaster/docs/prd.txt": "An oven.\n",
    ".taskmaster/tasks/tasks.json": `{
  "master": {
    "tasks": [
      {
        "id": 1,
        "title": "Make the dough",
        "description": "Flour and water.",
        "status": "done",
        "dependencies": [],
        "priority": "high",
        "details": "Knead it.",
        "testStrategy": "It rises.",
        "subtasks": []
      },
      {
        "id": 2, "title": "Build the oven", "description": "Of clay.", "status": "in-progress",
        "dependencies": [1], "priority": "high", "details": "", "testStrategy": "It gets hot.",
        "subtasks": [
          { "id": 1, "title": "Floor", "description": "A flat one.", "dependencies": [], "details": "", "status": "done" },
          { "id": 2, "title": "Dome", "description": "A round one.", "dependencies": [1], "details": "", "status": "pending" },
          { "id": 3, "title": "Door", "description": "One that shuts.", "dependencies": [1, "2"], "details": "", "status": "pending" }
        ]
      },
      { "id": 3, "title": "Bake", "description": "Until brown.", "status": "pending", "dependencies": [2], "priority": "medium" },
      { "id": "4", "title": "Slice", "description": "Thin.", "dependencies": [3], "priority": "low" },
      { "id": 5, "title": "Butter", "description": "Churn it.", "status": "pending", "dependencies": [], "priority": "low" },
      { "id": 6, "title": "Jam", "description": "Cook it.", "status": "pending", "dependencies": ["5"], "priority": "critical" },
      { "id": 7, "title": "Honey", "description": "Some other day.", "status": "deferred", "dependencies": [] },
      { "id": 8, "title": "Honey bread", "description": "With honey.", "status": "pending", "dependencies": [4, 7] },
      { "id": 9, "title": "Sell", "description": "At the market.", "status": "pending", "dependencies": [4, 6] },
      { "id": 10, "title": "Count", "description": "What was sold.", "status": "pending", "dependencies": [9] },
      { "id": 11, "title": "Tin loaf", "description": "Nobody wants it.", "status": "cancelled", "dependencies": [] },
      { "id": 12, "title": "Clean", "description": "The oven.", "status": "pending", "dependencies": [3, 11] },
      { "id": 13, "title": "Repair", "description": "The door.", "status": "pending", "dependencies": [12] },
      { "id": 14, "title": "Rest", "description": "Write the log.", "status": "pending", "dependencies": [13, 10] }
    ],
    "metadata": { "created": "2026-01-02T03:04:05Z", "description": "Bread" }
  }
}
`,
  },
  done: ["1", "2.1", "11"],
  waits: {
    "2.2": ["2.1", "1"],
    "2.3": ["2.1", "2.2", "1"],
    "3": ["2.3"],
    "4": ["3"],
    "5": [],
    "6": ["5"],
    "9": ["4", "6"],
    "10": ["9"],
    "12": ["3", "11"],
    "13": ["12"],
    "14": ["13", "10"],
  },
  marks: [
    [
      ".taskmaster/tasks/tasks.json",
      /^(.*"id": (?!8\b).*"status": )"(?:pending|in-progress)"/gm,
      '$1"done"',
    ],
    [
      ".taskmaster/tasks/tasks.json",
      '"dependencies": [3], "priority": "low" }',
      '"dependencies": [3], "priority": "low", "status": "done" }',
    ],
  ],
};

function card(id: string, status: string, more: string, body = "Carve it."): string {
  return `---
id: ${id}
title: ${id} of wood
status: ${status}
assignee: []
created_date: '2026-02-03 10:00'
${more}---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
${body}
<!-- SECTION:DESCRIPTION:END -->

## Acceptance Criteria
<!-- AC:BEGIN -->
- [ ] #1 It is smooth
<!-- AC:END -->
`;
}

const CARDS: Record<string, string> = {
  "task-1": card("task-1", "Done", "dependencies: []\n"),
  "task-2": card("task-2", "To Do", "dependencies: [task-1]\npriority: high\n"),
  "task-3": card("task-3", "To Do", "dependencies:\n  - TASK-2\nlabels: [a, b]\n"),
  "task-4": card("task-4", '"To Do"', "dependencies: [task-0]\n", "It has parts."),
  "task-4.1": card("task-4.1", "In Progress", "parent_task_id: task-4\ndependencies: []\n"),
  "task-4.2": card("task-4.2", "To Do", "parent_task_id: task-4\ndependencies: [task-4.1]\n"),
  "task-5": card("task-5", "To Do", "dependencies: [task-4]\npriority: low\n"),
  "task-6": card("task-6", "To Do", "dependencies: []\n"),
  "task-7": card("task-7", "To Do", "dependencies: [task-6]\n"),
  "task-8": card("task-8", "To Do", "dependencies: [task-7, task-3]\n"),
  "task-9": card("task-9", "To Do", "dependencies: []\n").replace("status: To Do\n", ""),
  "task-10": card("task-10", "'To Do'", "dependencies: [task-9]\n"),
  "task-11": card("task-11", "To Do", "dependencies: [task-10]\n"),
  "task-12": card("task-12", "Done", ""),
};
const cardPath = (id: string) => `backlog/tasks/${id} - Of-wood.md`;

const BACKLOG: Sample = {
  path: "backlog/tasks",
  files: {
    "backlog/config.yml":
      'project_name: "Wood"\nstatuses: ["To Do", "In Progress", "Done"]\ndefault_status: "To Do"\n',
    "backlog/completed/task-0 - Plane.md": card("task-0", "Done", ""),
    ...Object.fromEntries(Object.entries(CARDS).map(([id, text]) => [cardPath(id), text])),
  },
  done: ["task-1", "task-12", "task-0"],
  waits: {
    "task-2": ["task-1"],
    "task-3": ["task-2"],
    "task-4.1": ["task-0"],
    "task-4.2": ["task-4.1", "task-0"],
    "task-5": ["task-4.2"],
    "task-6": [],
    "task-7": ["task-6"],
    "task-8": ["task-7", "task-3"],
    "task-9": [],
    "task-10": ["task-9"],
    "task-11": ["task-10"],
  },
  marks: Object.keys(CARDS).map((id): Sample["marks"][number] =>
    id === "task-9"
      ? [cardPath(id), "dependencies: []\n---", "dependencies: []\nstatus: Done\n---"]
      : [cardPath(id), /^status: (["']?).*?\1$/m, "status: $1Done$1"]
  ),
};

const bead = (id: string, more: Record<string, unknown>, ...links: [type: string, on: string][]) =>
  JSON.stringify({
    id,
    title: `String ${id}`,
    description: "With a knot.",
    ...more,
    priority: 2,
    issue_type: more.issue_type ?? "task",
    created_at: "2026-03-04T05:06:07Z",
    dependencies: links.map(([type, on]) => ({ issue_id: id, depends_on_id: on, type })),
  });

const BEADS: Sample = {
  path: ".beads",
  files: {
    ".beads/issues.jsonl": [
      bead("bd-1", { status: "closed" }),
      bead("bd-2", { status: "open", issue_type: "epic" }, ["blocks", "bd-3"], ["blocks", "bd-1"]),
      bead("bd-3", { status: "open" }, ["parent-child", "bd-2"]),
      bead("bd-4", { status: "in_progress" }, ["parent-child", "bd-2"], ["blocks", "bd-3"]),
      bead("bd-5", { status: "open", acceptance_criteria: "It holds." }, ["blocks", "bd-2"]),
      bead("bd-6", { status: "open" }, ["related", "bd-5"]),
      bead("bd-7", { status: "open" }, ["blocks", "bd-6"], ["discovered-from", "bd-8"]),
      bead("bd-8", { status: "open" }, ["blocks", "bd-7"], ["blocks", "bd-gone"]),
      bead("bd-9", { status: "deferred" }),
      bead("bd-10", { status: "open" }),
      bead("bd-11", { status: "open" }, ["blocks", "bd-10"]),
      bead("bd-12", { status: "open" }, ["blocks", "bd-11"], ["blocks", "bd-5"]),
      bead("bd-13", { status: "blocked" }, ["blocks", "bd-12"]),
      bead("bd-14", { status: "closed" }),
      bead("bd-gone", { status: "tombstone" }),
    ].join("\n") + "\n",
  },
  done: ["bd-1", "bd-14"],
  waits: {
    "bd-3": ["bd-1"],
    "bd-4": ["bd-3", "bd-1"],
    "bd-5": ["bd-4"],
    "bd-6": [],
    "bd-7": ["bd-6"],
    "bd-8": ["bd-7"],
    "bd-10": [],
    "bd-11": ["bd-10"],
    "bd-12": ["bd-11", "bd-5"],
    "bd-13": ["bd-12"],
  },
  marks: [[".beads/issues.jsonl", /"status":"(?:open|in_progress|blocked)"/g, '"status":"closed"']],
};

export const SAMPLES: Record<string, Sample> = {
  "Spec Kit": SPEC_KIT,
  Kiro: KIRO,
  OpenSpec: OPENSPEC,
  BMAD,
  "Task Master": TASK_MASTER,
  "Backlog.md": BACKLOG,
  beads: BEADS,
};

/** The files as they are when every task is done. */
export function doneFiles({ files, marks }: Sample): Record<string, string> {
  const done = { ...files };
  for (const [file, before, after] of marks) {
    done[file] = (done[file] ?? "").replace(before, after);
  }
  return done;
}
