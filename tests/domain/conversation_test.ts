import {
  conversationAfter,
  conversationOnResume,
  conversationWith,
} from "../../src/domain/conversation.ts";
import type { AttemptRecord } from "../../src/domain/task_record.ts";
import { assertEquals } from "../support/assert.ts";

function attempt(fields: Partial<AttemptRecord>): AttemptRecord {
  return { attempt: 1, kind: "first", agent: "claude", pid: 1, startedAt: 0, usage: {}, ...fields };
}

Deno.test("an agent that has lost its conversation starts a new one", () => {
  assertEquals(conversationAfter("lost", { reported: "b", resumed: "a" }), undefined);
  assertEquals(conversationAfter("failed", { resumed: "a" }), "a");
  assertEquals(conversationAfter("finished", { reported: "b", resumed: "a" }), "b");
});

Deno.test("a new conversation has the id that parex proposed once its agent has started", () => {
  assertEquals(conversationAfter("failed", { proposed: "a", hasStarted: true }), "a");
  assertEquals(conversationAfter("failed", { proposed: "a", hasStarted: false }), undefined);
});

Deno.test("another agent starts a new conversation", () => {
  const attempts = [attempt({ session: "a" }), attempt({ agent: "codex", session: "b" })];
  assertEquals(conversationWith("claude", "a", attempts), "a");
  assertEquals(conversationWith("codex", "a", attempts), undefined);
  assertEquals(conversationWith("codex", undefined, attempts), undefined);
});

Deno.test("a resumed task continues a conversation only if it has a message", () => {
  const silent = attempt({ session: "a" });
  assertEquals(conversationOnResume({ attempts: [silent] }, silent), undefined);
  const active = attempt({ session: "a", active: true });
  assertEquals(conversationOnResume({ attempts: [active, silent] }, silent), "a");
  assertEquals(conversationOnResume({ attempts: [] }, undefined), undefined);
});
