import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toolEnv } from "../../src/exec/env.ts";
import { sh } from "../../src/exec/sh.ts";
import { loadPlan } from "../../src/plan/load.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { findTool, needs } from "../support/needs.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/todo-cli", import.meta.url));

/** Runs a command that must succeed. */
async function run(cwd: string, argv: string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await sh(argv, { cwd, env: toolEnv(env) });
  assertEquals(code, 0, `${argv.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}

/** The repository that the example's README has a reader make. */
async function withRepository(story: (repository: string, plan: string) => Promise<void>) {
  const parent = await Deno.makeTempDir({ prefix: "parex's example " });
  try {
    const repository = join(parent, "todo");
    await run(parent, ["sh", `${EXAMPLE}/start.sh`, repository]);
    await story(repository, join(repository, ".parallel", "plans", "plan.yaml"));
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("the example's plan has no problems", async () => {
  await withRepository(async (_, path) => {
    const plan = await loadPlan(path);
    assert(plan.ok, JSON.stringify(plan));
    assertEquals(plan.value.warnings, []);
    assertEquals(plan.value.tasks.length, 4);
  });
});

Deno.test({
  name: "the example's agent does every task so that npm test passes",
  ...needs("npm", findTool("npm")),
  fn: async () => {
    await withRepository(async (repository, path) => {
      const plan = await loadPlan(path);
      assert(plan.ok, JSON.stringify(plan));
      for (const { id, source } of plan.value.tasks) {
        await run(repository, ["sh", `${EXAMPLE}/agent.sh`], {
          PAREX_TASK_ID: id,
          PAREX_TASK_FILE: source.path,
          PAREX_WORKTREE: repository,
          PAREX_ATTEMPT: "1",
        });
        assertEquals(await run(repository, ["git", "status", "--porcelain"]), "");
        await run(repository, ["npm", "test"]);
      }
      const subjects = await run(repository, ["git", "log", "--format=%s", "--reverse"]);
      const expected = plan.value.tasks.map((task) => `feat: ${task.title}`);
      assertEquals(subjects.trim().split("\n").slice(1), expected);
    });
  },
});

Deno.test({
  name: "the example's scripts pass shellcheck",
  ...needs("shellcheck", findTool("shellcheck")),
  fn: async () => {
    await run(EXAMPLE, ["shellcheck", "start.sh", "agent.sh"]);
  },
});
