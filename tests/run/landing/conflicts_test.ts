import type { EventBody } from "../../../src/domain/event.ts";
import { applyEvent, emptyRecord } from "../../../src/domain/record.ts";
import type { Task, TaskId } from "../../../src/domain/task.ts";
import { openRepository } from "../../../src/git/repository.ts";
import { ConflictWatch } from "../../../src/run/landing/conflicts.ts";
import { node, script, started } from "../../report/sample_run.ts";
import { assertEquals } from "../../support/assert.ts";
import { taskOf } from "../../support/plans.ts";
import { type TempRepo, tempRepo } from "../../support/repo.ts";

/** More than the limit of trial merges per task. */
const MANY = 40;
/** Three lines for each task: changes of adjacent lines conflict. */
const LINES = Array.from({ length: 3 * (MANY + 2) }, (_, at) => `line ${at}`);

function fileWith(changed: ReadonlyMap<number, string>): string {
  return LINES.map((line, at) => changed.get(at) ?? line).join("\n") + "\n";
}

/** Gives each task a branch with one commit: on its first dependency's branch, or on `main`. */
async function commitAll(
  temp: TempRepo,
  tasks: Task[],
  lineOf: (task: TaskId) => number,
): Promise<void> {
  const changes = new Map<TaskId, Map<number, string>>();
  for (const { id, dependencies: [before] } of tasks) {
    const changed = new Map(before === undefined ? [] : changes.get(before)).set(lineOf(id), id);
    changes.set(id, changed);
    await temp.write({ "shared.txt": fileWith(changed) });
    const blob = await temp.git(["hash-object", "-w", "shared.txt"]);
    await temp.git(["update-index", "--cacheinfo", `100644,${blob},shared.txt`]);
    const tree = await temp.git(["write-tree"]);
    const parent = before === undefined ? "main" : `feature/${before}`;
    const commit = await temp.git(["commit-tree", tree, "-p", parent, "-m", id]);
    await temp.git(["update-ref", `refs/heads/feature/${id}`, commit]);
  }
}

/** A watch over these tasks, and the pairs whose conflict it has predicted so far. */
async function watching(temp: TempRepo, tasks: Task[]) {
  const record = emptyRecord();
  const graph = tasks.map(({ id, dependencies }) => node(id, id, dependencies));
  for (const event of script([0, started(graph)])) applyEvent(record, event);
  const pairs: string[] = [];
  const watch = new ConflictWatch({
    record,
    repo: await openRepository(temp.root),
    tip: await temp.git(["rev-parse", "main"]),
    tasks: new Map(tasks.map((task) => [task.id, task])),
    emit: (event: EventBody) => {
      if (event.type === "conflict.predicted") pairs.push(event.tasks.toSorted().join(" "));
    },
  });
  return { watch, pairs };
}

Deno.test("a long chain before two tasks does not hide that they conflict", async () => {
  await using temp = await tempRepo({ files: { "shared.txt": fileWith(new Map()) } });
  const chain = Array.from({ length: MANY }, (_, at) => taskOf(`c${at}`, at ? [`c${at - 1}`] : []));
  const last = chain.at(-1)?.id ?? "";
  const tasks = [...chain, taskOf("x", [last]), taskOf("y", [last])];
  const lineOf = (id: TaskId) => 3 * (id.startsWith("c") ? Number(id.slice(1)) : MANY);
  await commitAll(temp, tasks, lineOf);
  const { watch, pairs } = await watching(temp, tasks);
  await watch.look("x");
  assertEquals(pairs, ["x y"]);
});

Deno.test("many branches that change the same file do not hide that the newest two conflict", async () => {
  await using temp = await tempRepo({ files: { "shared.txt": fileWith(new Map()) } });
  const others = Array.from({ length: MANY }, (_, at) => taskOf(`o${at}`));
  const lineOf = (id: TaskId) => 3 * (id.startsWith("o") ? Number(id.slice(1)) : MANY);
  await commitAll(temp, others, lineOf);
  const { watch, pairs } = await watching(temp, [...others, taskOf("x"), taskOf("y")]);
  await watch.look("o0");
  await commitAll(temp, [taskOf("x"), taskOf("y")], lineOf);
  await watch.look("y");
  assertEquals(pairs, ["x y"]);
});
