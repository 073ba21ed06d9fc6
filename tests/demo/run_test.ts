import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunEvent } from "../../src/domain/event.ts";
import { processTable } from "../../src/exec/processes.ts";
import { toolEnv } from "../../src/exec/env.ts";
import { sh } from "../../src/exec/sh.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Runs the program itself, as somebody inside of another run's worktree, with settings of theirs. */
async function runDemo(folder: string, mark: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "demo", "--dir", folder],
    clearEnv: true,
    env: testEnv({ PAREX_JOBS: "1", PAREX_TASK_ID: "task-9", DEMO_TEST_MARK: mark }),
    stdin: "null",
  }).output();
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

async function journalOf(folder: string): Promise<RunEvent[]> {
  const runs = join(folder, ".git", "parex", "runs");
  const [run] = await Array.fromAsync(Deno.readDir(runs));
  const text = await Deno.readTextFile(join(runs, run?.name ?? "", "journal.ndjson"));
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("parex demo executes its plan: one repair, one commit by parex, all landed", async () => {
  const parent = await Deno.makeTempDir({ prefix: "parex's demo " });
  try {
    const folder = join(parent, "demo");
    const mark = crypto.randomUUID();
    const { code, stdout, stderr } = await runDemo(folder, mark);
    assertEquals(code, 0, stderr);
    assert(stdout.includes("What to look at:"), stdout);
    assert(stdout.includes(folder.replaceAll("'", `'\\''`)), "a path that can be pasted");

    const events = await journalOf(folder);
    const committedByParex = events.flatMap((event) =>
      event.type === "task.committed" && event.by_parex ? [event.task] : []
    );
    assertEquals(committedByParex, ["task-4"]);
    const failed = events.flatMap((event) =>
      event.type === "checks.finished" && event.exit_code !== 0 ? [event.task, event.attempt] : []
    );
    assertEquals(failed, ["task-2", 1]);
    const landed = events.filter((event) => event.type === "task.landed");
    assertEquals(landed.length, 6);
    assertEquals(
      events.flatMap((event) => event.type === "integration.finished" ? [event.ok] : []),
      [true],
    );
    const last = events.at(-1);
    assert(last?.type === "run.finished");
    assertEquals([last.completed, last.blocked, last.pending], [6, 0, 0]);

    const report = await sh(["git", "show", "main:lib/report.sh"], {
      cwd: folder,
      env: toolEnv(),
    });
    assertEquals(report.code, 0, report.stderr);
    assertEquals(processTable({ DEMO_TEST_MARK: mark }), []);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
