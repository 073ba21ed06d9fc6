/**
 * What parex adds to the agents' own time: 40 tasks that sleep for a second, eight at a time, in a
 * small repository, beside the five seconds that they need at least. From the start of the program to
 * its end.
 *
 *     deno run -A bench/throughput.ts
 */
import { join } from "node:path";
import { compile, printTable, repository, reset, run, spreadText } from "./support.ts";

const TASKS = 40;
const JOBS = 8;
const ROUNDS = 3;
const BOUND_MS = Math.ceil(TASKS / JOBS) * 1_000;

const AGENT = 'sleep 1; echo done > "$PAREX_TASK_ID.txt"; git add -A; git commit -qm "feat: done"';

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
await using repo = await repository(TASKS, 10);
const [parex] = await compile("src/main.ts", join(folder, "parex"));
const flags = ["--json", "--land", "none", "--jobs", String(JOBS), "--agent", "command"];
const times: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  times.push(await run([parex, "execute", ...flags, "--agent-command", AGENT], repo.root));
  await reset(repo);
}
printTable(
  ["bound, ms", "parex, ms", "ratio"],
  [[
    String(BOUND_MS),
    spreadText(times, 0),
    spreadText(times.map((ms) => ms / BOUND_MS)),
  ]],
);
await Deno.remove(folder, { recursive: true });
