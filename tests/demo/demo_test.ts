import { join } from "node:path";
import { buildRepairPrompt } from "../../src/agent/later_prompts.ts";
import { doDemoTask } from "../../src/demo/agent.ts";
import { makeRepository, makeScratchFolder } from "../../src/demo/repository.ts";
import { CHECKS } from "../../src/demo/sample.ts";
import { TASKS } from "../../src/demo/tasks.ts";
import { resultOf } from "../../src/domain/failed.ts";
import { toolEnv } from "../../src/exec/env.ts";
import type { CommandResult } from "../../src/exec/command.ts";
import { sh } from "../../src/exec/sh.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";

/** A scratch repository of the demo, by hand. */
class Demo {
  constructor(readonly folder: string) {}

  run(...argv: string[]): Promise<CommandResult> {
    return sh(argv, { cwd: this.folder, env: toolEnv() });
  }

  async git(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run("git", ...args);
    assertEquals(code, 0, stderr);
    return stdout.trimEnd();
  }

  check(name: keyof typeof CHECKS): Promise<CommandResult> {
    return this.run("sh", "-c", CHECKS[name]);
  }

  async attempt(task: string, prompt = "Do it."): Promise<string[]> {
    const said: string[] = [];
    const done = await resultOf(() =>
      doDemoTask({
        task,
        prompt,
        worktree: this.folder,
        say: (line) => said.push(line),
        pauseMs: 0,
      })
    );
    assert(done.ok, JSON.stringify(done));
    return said;
  }

  /** What parex says to an agent whose work failed the tests. */
  async repairPrompt(id: string): Promise<string> {
    const { code, stdout } = await this.check("test");
    assertEquals(code, 1);
    return buildRepairPrompt({
      task: { id, name: "" },
      check: "test",
      command: CHECKS.test,
      exitCode: code,
      tail: stdout,
    });
  }
}

async function withDemo(story: (demo: Demo) => Promise<void>) {
  const parent = await Deno.makeTempDir({ prefix: "parex's demo " });
  try {
    const folder = join(parent, "new", "demo");
    assertEquals(await resultOf(() => makeScratchFolder(folder)), { ok: true, value: folder });
    const made = await resultOf(() => makeRepository(folder, "demo-agent"));
    assert(made.ok, JSON.stringify(made));
    await story(new Demo(folder));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("makeRepository() makes a clean project with one commit whose checks pass", async () => {
  await withDemo(async (demo) => {
    assertEquals(await demo.git("status", "--porcelain"), "");
    assertEquals(await demo.git("rev-list", "--count", "main"), "1");
    for (const name of ["test", "lint"] as const) {
      const { code, stdout, stderr } = await demo.check(name);
      assertEquals(code, 0, stdout + stderr);
    }
  });
});

Deno.test("doDemoTask() does every task in order so that all checks pass", async () => {
  await withDemo(async (demo) => {
    for (const { id, flawed, forgetsToCommit } of TASKS) {
      await demo.attempt(id);
      if (flawed) await demo.attempt(id, await demo.repairPrompt(id));
      if (forgetsToCommit) {
        assert(await demo.git("status", "--porcelain") !== "", `${id} left something`);
        await demo.git("add", "--all");
        await demo.git("commit", "--quiet", "-m", "by parex");
      }
      assertEquals(await demo.git("status", "--porcelain"), "");
      for (const name of ["test", "lint"] as const) {
        const { code, stdout, stderr } = await demo.check(name);
        assertEquals(code, 0, stdout + stderr);
      }
    }
    const { stdout } = await demo.run("sh", "-c", "printf 'a b a\\n' | bin/textstat report");
    assertEquals(stdout, "lines: 1\nwords: 3\nmost frequent: 2 a\n");
  });
});

Deno.test("doDemoTask() fails the tests at its first attempt at task-2, and says so", async () => {
  await withDemo(async (demo) => {
    await demo.attempt("task-0");
    await demo.attempt("task-2");
    assertMatch((await demo.check("test")).stdout, /not ok - tests\/top_test\.sh\n.*expected/);
  });
});

Deno.test("doDemoTask() commits in the plan's format, and nothing the second time", async () => {
  await withDemo(async (demo) => {
    await demo.attempt("task-0");
    assertEquals(
      await demo.git("log", "-1", "--format=%B"),
      "feat: split a text into words\n\nImplements: task-0\n".trimEnd(),
    );
    const said = await demo.attempt("task-0");
    assert(!said.some((line) => line.startsWith("Committed")), said.join("\n"));
    assertEquals(await demo.git("rev-list", "--count", "main"), "2");
  });
});

Deno.test("makeScratchFolder() refuses a folder that holds something", async () => {
  await withDemo(async ({ folder }) => {
    const again = await resultOf(() => makeScratchFolder(folder));
    assert(!again.ok);
    assertEquals(again.failure.reason, "usage");
  });
});
