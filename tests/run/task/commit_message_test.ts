import fc from "fast-check";
import { commitMessage } from "../../../src/run/task/commit_message.ts";
import { assert, assertEquals, assertMatch } from "../../support/assert.ts";

const subjectOf = (title: string, labels: string[] = []) =>
  commitMessage({ title, task: "task-1", labels }).split("\n")[0];

Deno.test("commitMessage() has a subject, the body and the task that it implements", () => {
  assertEquals(
    commitMessage({ title: "Add the login form", task: "task-1", body: "Two fields.\n" }),
    "feat: add the login form\n\nTwo fields.\n\nImplements: task-1\n",
  );
});

Deno.test("commitMessage() takes the type from the title's first word, then from the labels", () => {
  assertEquals(subjectOf("Fix the flaky login"), "fix: fix the flaky login");
  assertEquals(subjectOf("Document the API"), "docs: document the API");
  assertEquals(subjectOf("Restructure models"), "refactor: restructure models");
  assertEquals(subjectOf("Login", ["ui", "bug"]), "fix: login");
  assertEquals(subjectOf("Fix login", ["docs"]), "fix: fix login");
  assertEquals(subjectOf("Login", ["ui"]), "feat: login");
});

Deno.test("commitMessage() keeps a title that has a type, and the case of names", () => {
  assertEquals(subjectOf("perf(db)!: Use one query"), "perf(db)!: Use one query");
  assertEquals(subjectOf("Fix: the flaky login"), "fix: the flaky login");
  assertEquals(subjectOf("API keys"), "feat: API keys");
  assertEquals(subjectOf("OAuth login"), "feat: OAuth login");
});

Deno.test("commitMessage() has a subject of one short line for any title", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (title) => {
    const [subject = "", blank, last] = commitMessage({ title, task: "task-1" }).split("\n");
    assertMatch(subject, /^[a-z]+(\([^)]*\))?!?: /);
    assert(subject.length <= 72);
    assertMatch(subject, /^\P{Cc}*$/u);
    assertEquals([blank, last], ["", "Implements: task-1"]);
  }));
});
