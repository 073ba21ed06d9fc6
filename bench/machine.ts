/**
 * What the machines cost by the number of tasks: whole runs whose ports answer at once, so that the
 * charts and the scheduler are all there is. Tasks wait for others, and share files.
 *
 *     deno run -A bench/machine.ts [sizes...]
 */
import { play } from "../tests/machines/scripted_run.ts";
import { taskOf } from "../tests/support/plans.ts";
import { printTable } from "./support.ts";

const SIZES = Deno.args.length > 0 ? Deno.args.map(Number) : [1_000, 5_000, 10_000];
const ROUNDS = 3;
const JOBS = 8;

function tasksOf(size: number) {
  return Array.from({ length: size }, (_, order) => {
    const dependencies = [1, 7, 31]
      .filter((distance) => order >= distance && order % 10 !== 0)
      .map((distance) => `task-${order - distance}`);
    const files = { create: [], modify: [`group-${order % 500}`], delete: [], read: [] };
    return { ...taskOf(`task-${order}`, dependencies, "medium", order), files };
  });
}

/** Milliseconds. */
async function timed(size: number): Promise<number> {
  const tasks = tasksOf(size);
  const started = performance.now();
  const run = play({ tasks, jobs: JOBS });
  await run.outcome;
  const completed = run.log.filter((line) => line.endsWith(" completed")).length;
  if (completed !== size) throw new Error(`${completed} of ${size} tasks are completed`);
  return performance.now() - started;
}

await timed(SIZES[0] ?? 1_000); // warms up
const perTask: number[] = [];
for (const size of SIZES) {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await timed(size));
  perTask.push(Math.min(...rounds) / size);
}
printTable(
  ["tasks", "ms", "ms a task", "relative to 1000"],
  SIZES.map((size, at) => {
    const own = perTask[at] ?? NaN;
    return [
      String(size),
      (own * size).toFixed(0),
      own.toFixed(3),
      (own / (perTask[0] ?? NaN)).toFixed(2),
    ];
  }),
);
