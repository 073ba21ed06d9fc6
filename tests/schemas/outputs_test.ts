/** What parex really prints is what its schemas say. */
import { z } from "zod";
import { assert, assertEquals } from "../support/assert.ts";
import { type Rig, rig } from "../support/rig.ts";
import { eventSchema } from "./events.ts";
import { error, OUTPUTS } from "./outputs.ts";

function assertFits(schema: z.ZodType, value: unknown, what: string): void {
  const { success, error } = schema.safeParse(value);
  assert(success, `${what}: ${error && z.prettifyError(error)}\n${JSON.stringify(value)}`);
}

/** Runs a command with `--json`, and checks its one object. */
async function printed(stage: Rig, name: string, args: string[]): Promise<unknown> {
  const { stdout } = await stage.parex([...args, "--json"]);
  const value = JSON.parse(stdout);
  const output = OUTPUTS[name];
  assert(output !== undefined, `no schema ${name}`);
  assertFits(output.schema, value, args.join(" "));
  return value;
}

Deno.test("every --json output of an eventful run fits its schema", async () => {
  await using stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: {}, asks: {}, idle: {} },
    config: "test: test ! -f red\n",
    agent: {
      "c.1": "touch red; git add -A; git commit -qm red",
      "c.2": "git rm -q red; echo c > c.txt; git add -A; git commit -qm green",
      asks: `echo "QUESTION: Which one?"`,
      idle: "true",
    },
  });
  await printed(stage, "validate", ["validate"]);
  await printed(stage, "dry-run", ["execute", "--dry-run"]);
  await printed(stage, "status", ["status"]);
  const { code, stdout } = await stage.parex(["execute", "--json", "--land", "merge"]);
  assertEquals(code, 1);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const event of events) assertFits(eventSchema, event, event.type);
  const types = new Set(events.map(({ type }) => type));
  for (const type of ["checks.finished", "task.landed", "integration.finished"]) {
    assert(types.has(type), `no ${type}`);
  }
  await printed(stage, "status", ["status"]);
  await printed(stage, "report", ["report"]);
  await printed(stage, "doctor", ["doctor"]);
  await printed(stage, "check", ["check", "c"]);
  await printed(stage, "analyze", ["analyze"]);
  await printed(stage, "cleanup-plan", ["cleanup", "--dry-run"]);
  await stage.repo.write({ "worktrees/asks/left.txt": "left\n" });
  await printed(stage, "cleanup", ["cleanup", "--yes", "--force", "asks"]);
  const { rescues } = await printed(stage, "rescue-list", ["rescue", "list"]) as {
    rescues: { ref: string }[];
  };
  await printed(stage, "rescue-restore", ["rescue", "restore", rescues[0]?.ref ?? ""]);
});

Deno.test("a run that is refused prints its failure, as the last line, and nothing else", async () => {
  await using stage = await rig();
  await stage.repo.write({ "README.md": "changed\n" });
  const { code, stdout } = await stage.parex(["execute", "--json"]);
  const value = JSON.parse(stdout);
  assertFits(error, value, "refusal");
  assertEquals([code, value.error.reason, value.error.exit_code], [3, "dirty_tree", 3]);
});
