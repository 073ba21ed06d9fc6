import type { Notice } from "../../../src/domain/notice.ts";
import { noticeWords } from "../../../src/report/messages/notice.ts";
import { assertEquals } from "../../support/assert.ts";

const FAILURE = { reason: "io_failed", path: "/code/a.txt", detail: "permission denied" } as const;

/** One of each kind, and what a person reads. */
const NOTICES: [Notice, string][] = [
  [
    { about: "checks_unread", note: "Makefile: 3 MiB" },
    "some of the project's checks may be missing: Makefile: 3 MiB",
  ],
  [
    { about: "cost_estimate", estimate: { basis: "unknown" } },
    "estimated cost: unknown: the plan has no token estimates; no earlier run reported its cost",
  ],
  [
    { about: "budget_share", spentUsd: 1.6, capUsd: 1 },
    "160% of the budget is spent: $1.60 of $1.00",
  ],
  [
    { about: "budget_spent", capUsd: 0.9, left: ["b", "c"] },
    "the budget of $0.9000 is spent; not started: b, c; " +
    "continue with more: parex execute --budget <usd>",
  ],
  [
    { about: "usage_limit", until: Date.parse("2026-11-22T09:30:00Z"), why: "5-hour limit" },
    "stopped at a usage limit that resets at 2026-11-22T09:30:00.000Z (5-hour limit); " +
    "continue then: parex resume",
  ],
  [
    { about: "remote_silent", remote: "origin", detail: "timed out" },
    "origin does not answer, so nothing can land for now: timed out",
  ],
  [
    { about: "lock_taken", pid: 7, host: "box", run: "r1" },
    "took over the lock of process 7 on box (run r1), which has been silent for a minute; " +
    "if it is still running there, stop it",
  ],
  [
    { about: "task_file_edited", path: "tasks/a.md" },
    "tasks/a.md was edited during the run; the changes take effect in the next run",
  ],
  [
    { about: "commits_brought_home", branch: "feature/a", from: undefined },
    "the agent worked on a detached HEAD; its commits are on feature/a now",
  ],
  [
    { about: "merge_failed_check", check: "test", base: "main", passedAlone: true, gone: false },
    "test passes on its branch, but fails merged with main",
  ],
  [
    { about: "base_ahead", base: "main" },
    "main has new commits of your own: merge them with git pull",
  ],
  [
    { about: "pull_request_ended", state: "closed", url: "https://github.com/o/r/pull/7" },
    "its pull request was closed; parex opens no second one: https://github.com/o/r/pull/7",
  ],
  [
    { about: "label_left_out", label: "new", why: "HTTP 403" },
    "the label new was left out: HTTP 403",
  ],
  [
    { about: "failed", failure: FAILURE, without: "issues" },
    "no issues were opened: cannot read or write /code/a.txt",
  ],
];

for (const [notice, words] of NOTICES) {
  Deno.test(`noticeWords() of ${notice.about}`, () => assertEquals(noticeWords(notice), words));
}

Deno.test("noticeWords() shows escapes of a hostile text", () => {
  const notice = { about: "checks_unread", note: "\u001b[31mred" } as const;
  assertEquals(
    noticeWords(notice),
    "some of the project's checks may be missing: \\u{1b}[31mred",
  );
});
