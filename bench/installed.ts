/**
 * What setup takes in the second worktree of a run, on a file system that can clone files (btrfs on an image;
 * needs root, btrfs-progs and npm's registry): `npm ci` of packages with 24,000 files.
 *
 *     deno run -A bench/installed.ts
 */
import { join } from "node:path";
import { planFiles } from "../tests/support/plan_files.ts";
import { type TempRepo, tempRepo } from "../tests/support/repo.ts";
import { cloningDisk } from "../tests/faults/disk.ts";
import { eventsOf, lastEvents } from "./last_run.ts";
import { compileParex, printTable, run, spreadText } from "./support.ts";

const ROUNDS = 3;
const PACKAGES = {
  "@ant-design/icons-svg": "4.4.2",
  "@babel/preset-env": "7.24.5",
  "@fortawesome/free-solid-svg-icons": "6.5.2",
  "core-js": "3.37.0",
  "date-fns": "3.6.0",
  "lodash": "4.17.21",
  "rxjs": "7.8.1",
  "typescript": "5.4.5",
};

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const [parex] = await compileParex(join(folder, "parex"));
await using _ = await cloningDisk(join(folder, "disk"));

const first: number[] = [];
const second: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  await using repo = await project();
  const agent = ["--agent", "command", "--agent-command", 'echo > "$PAREX_TASK_ID.txt"'];
  await run([parex, "execute", "--yes", ...agent], repo.root);
  const events = await lastEvents(repo.root);
  const begun = eventsOf(events, "worktree.created").map(({ at }) => Date.parse(at));
  const ready = eventsOf(events, "agent.started").map(({ at }) => Date.parse(at));
  first.push((ready[0] ?? NaN) - (begun[0] ?? NaN));
  second.push((ready[1] ?? NaN) - (begun[1] ?? NaN));
}
printTable(["", "first worktree, s", "second worktree, s", "ratio"], [[
  "from the worktree to its agent",
  spreadText(first.map((ms) => ms / 1000), 1),
  spreadText(second.map((ms) => ms / 1000), 1),
  spreadText(second.map((ms, round) => ms / (first[round] ?? NaN))),
]]);

/** Two tasks, one after the other, in a project with packages and a lock file. */
async function project(): Promise<TempRepo> {
  const files: Record<string, string> = {
    ".gitignore": "node_modules\n",
    ".parallel/config.yaml": "test: none\nlint: none\ntypecheck: none\n",
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies: PACKAGES }),
    ...planFiles({ a: {}, b: { after: ["a"] } }),
  };
  const repo = await tempRepo({ files, dir: join(folder, "disk") });
  await run(["npm", "install", "--package-lock-only", "--no-audit"], repo.root);
  await repo.commit("lock");
  return repo;
}
