/** What every agent must do, played with its real client through `parex execute`. */
import { join } from "node:path";
import type { RefusalWhy } from "../../src/domain/failure.ts";
import { isWithin } from "../../src/util/files.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import {
  hang,
  hangAll,
  type Refusal,
  refuse,
  refuseAll,
  shell,
  type Step,
  text,
  tool,
} from "../support/models/script.ts";
import { stateOf } from "../support/models/clients.ts";
import { eventsOf, until } from "../support/rig.ts";
import { CRASH, REPAIR, UNCOUNTED } from "./exceptions.ts";
import { type ClientId, type Stage, stageOf } from "./client.ts";
import { countsAsServed } from "./counts.ts";

/** The model makes a file and commits it. */
export const makes = (name: string) =>
  shell(`echo ${name} > ${name}.txt && git add ${name}.txt && git commit -qm 'feat: ${name}'`);
const WORK = [makes("a"), text("All done.")];

export interface Case {
  /** As a row of the table. */
  name: string;
  play(client: ClientId): Promise<void>;
}

export const CASES: Case[] = [
  {
    name: "works and commits in its worktree, whatever PWD is, despite an overload",
    async play(client) {
      await using on = await stageOf(client, [refuse("overload"), ...WORK]);
      await completes(on, "execute");
      assertEquals(await on.rig.subjectsOf("a"), ["feat: a"]);
      assertEquals(await on.rig.repo.git(["log", "-1", "--format=%an", "feature/a"]), "Test");
      await untouched(on);
    },
  },
  {
    name: REPAIR,
    async play(client) {
      const script = [makes("a"), text("First."), makes("b"), text("Repaired.")];
      await using on = await stageOf(client, script, {
        config: "test: test ! -e a.txt || test -e b.txt\n",
      });
      await completes(on, "execute");
      const [first, second] = await on.attempts();
      assertEquals([first?.detail, second?.detail], ["First.", "Repaired."]);
      assertEquals(second?.session, first?.session);
      assert(first?.session !== undefined);
      if (!UNCOUNTED[client]?.[REPAIR]) await countsAsServed(on, client);
    },
  },
  {
    name: "waits for the end of a usage limit, then continues in the same attempt",
    async play(client) {
      await using on = await stageOf(client, [
        makes("a"),
        refuseAll("limit"),
        ...WORK.slice(1),
      ]);
      const run = on.start("execute", "--idle-timeout", idleOf(client));
      await on.passLimit();
      await endsWell(on, await run.ended);
      const [limited, finished] = await on.attempts();
      assertEquals([limited?.outcome, finished?.outcome], ["limited", "finished"]);
      assertEquals([limited?.attempt, finished?.attempt], [1, 1]);
      assertEquals(finished?.session, limited?.session);
    },
  },
  {
    name: "is ended after a silence; the next attempt continues the conversation",
    async play(client) {
      await using on = await stageOf(client, [makes("a"), hangAll(), text("All done.")]);
      const run = on.start("execute", "--idle-timeout", idleOf(client));
      await until("an attempt is over", async () => (await on.attempts()).length > 0);
      on.server.lift();
      await endsWell(on, await run.ended);
      const [idle, finished] = await on.attempts();
      assertEquals([idle?.outcome, finished?.outcome], ["idle", "finished"]);
      assertEquals(finished?.session, idle?.session);
      assert(idle?.session !== undefined);
    },
  },
  {
    name: "leaves no process after Ctrl-C; a new conversation replaces a lost one",
    async play(client) {
      await using on = await stageOf(client, [makes("a"), hang(), text("All done.")]);
      const run = on.start("execute", "--attempts", "1");
      await on.asked(2);
      run.signal("SIGINT");
      assertEquals((await run.ended).code, 130);
      assertEquals(await on.rig.left(), []);
      await on.forget();
      await completes(on, "resume");
      const attempts = await on.attempts();
      assertEquals(attempts.map(({ outcome }) => outcome), ["interrupted", "lost", "finished"]);
      assertEquals(attempts.map(({ attempt }) => attempt), [1, 1, 1]);
    },
  },
  {
    name: CRASH,
    async play(client) {
      await using on = await stageOf(client, [makes("a"), hang(), text("All done.")]);
      const run = on.start("execute");
      await on.asked(2);
      run.signal("SIGKILL");
      await run.ended;
      await completes(on, "resume");
      const sessions = eventsOf(await on.rig.journal(), "agent.started").map((one) => one.session);
      const told = eventsOf(await on.rig.journal(), "agent.session")[0]?.session;
      const last = (await on.attempts()).at(-1)?.session;
      assertEquals(last, sessions[0] ?? told);
      assert(last !== undefined);
      if (!UNCOUNTED[client]?.[CRASH]) await countsAsServed(on, client);
    },
  },
  {
    name: "works in a sandbox, with its state elsewhere, despite refused writes",
    async play(client) {
      const script = (worktree: string) => [outside(client, worktree), ...WORK];
      await using on = await stageOf(client, script, { moved: true });
      await completes(on, "execute", "--sandbox");
      assertEquals(await on.rig.subjectsOf("a"), ["feat: a"]);
      await untouched(on);
    },
  },
  {
    name: "repairs in a sandbox in the user's own home, of which only conversations change",
    async play(client) {
      const script = [makes("a"), text("First."), makes("b"), text("Repaired.")];
      await using on = await stageOf(client, script, {
        config: "test: test ! -e a.txt || test -e b.txt\n",
      });
      const before = await homeOf(on);
      await completes(on, "execute", "--sandbox");
      const [first, second] = await on.attempts();
      assertEquals(second?.session, first?.session);
      assertEquals([first?.detail, second?.detail], ["First.", "Repaired."]);
      const after = await homeOf(on);
      assertEquals(after.others, before.others);
      assert(after.conversations.size > before.conversations.size);
    },
  },
  {
    name: "ends the run where the account has no key, a wrong key, no money or no such model",
    async play(client) {
      const refusals = REFUSED.map(([refusal]) => refuseAll(refusal));
      await using on = await stageOf(client, [...refusals, ...WORK]);
      on.takeKeys();
      let command = await endsRefused(on, "not_logged_in", "execute");
      on.giveKeys();
      for (const [, why] of REFUSED) {
        command = await endsRefused(on, why, command);
        on.server.lift();
      }
      await completes(on, command);
    },
  },
];

const REFUSED: [Refusal, RefusalWhy][] = [
  ["wrong key", "key_refused"],
  ["no money", "no_money"],
  ["unknown model", "unknown_model"],
];

/** The run ends without spending the one attempt there is; returns what continues it. */
async function endsRefused(on: Stage, why: RefusalWhy, command: string): Promise<string> {
  const args = command === "execute" ? ["--attempts", "1"] : [];
  const { code, stdout, stderr } = await on.parex(command, ...args);
  assertEquals(code, 3, stdout + stderr);
  assertEquals(await on.rig.status("a"), "pending");
  const last = (await on.attempts()).at(-1);
  if (!last) {
    // A client that can be asked for its login is not even started without one.
    assertEquals(why, "not_logged_in");
    assertMatch(stderr, /not logged in/);
    return "execute";
  }
  assertEquals([last.outcome, last.refusal], ["refused", why]);
  assertMatch(stdout, /parex resume/);
  return "resume";
}

/** Longer than a client needs to begin on a slow machine. */
function idleOf(client: ClientId): string {
  return ["gemini", "copilot", "opencode"].includes(client) ? "40s" : "20s";
}

async function completes(on: Stage, ...args: string[]): Promise<void> {
  await endsWell(on, await on.parex(...args));
}

async function endsWell(
  on: Stage,
  { code, stdout, stderr }: { code: number; stdout: string; stderr: string },
): Promise<void> {
  assertEquals(code, 0, stdout + stderr);
  assertEquals(await on.rig.status("a"), "completed");
  assertEquals(await on.rig.left(), []);
}

/** Nothing but the task's status has changed in the user's checkout. */
async function untouched(on: Stage): Promise<void> {
  const changes = await on.rig.repo.git(["status", "--porcelain"]);
  assertEquals(changes.trim(), "M .parallel/plans/tasks/a.md");
}

/** The texts of all files in the user's home but temporary ones, by paths. */
async function homeOf({ client, rig: { home } }: Stage) {
  const conversations = new Map<string, string>();
  const others = new Map<string, string>();
  for (const [path, text] of await textsIn(home)) {
    if (isWithin(path, join(home, "tmp"))) continue;
    const isKept = stateOf(client, home).some((folder) => isWithin(path, folder));
    (isKept ? conversations : others).set(path, text);
  }
  return { conversations, others };
}

async function textsIn(folder: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) found.push(...await textsIn(path));
    else if (isFile) found.push([path, await Deno.readTextFile(path)]);
  }
  return found;
}

/** The model asks for what lies outside of the worktree. */
function outside(client: ClientId, worktree: string): Step {
  const target = `${worktree}/../../outside.txt`;
  switch (client) {
    case "claude":
    case "claude-oldest":
      return tool("Write", { file_path: target, content: "x" });
    case "opencode":
      return tool("read", { filePath: "/etc/hostname" });
    default:
      return shell(`echo x > ${target}`);
  }
}
