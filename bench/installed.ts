/**
 * What setup takes in the second worktree of a run, on a file system that can clone files (btrfs on an image;
 * needs root and btrfs-progs): `npm ci` of 100 packages with 200 files each, from local archives.
 *
 *     deno run -A bench/installed.ts
 */
import { dirname, join } from "node:path";
import { planFiles } from "../tests/support/plan_files.ts";
import { type TempRepo, tempRepo } from "../tests/support/repo.ts";
import { cloningDisk } from "../tests/faults/disk.ts";
import { eventsOf, lastEvents } from "./last_run.ts";
import { compileParex, printTable, run, spreadText } from "./support.ts";

const ROUNDS = 3;
const PACKAGES = 100;
const FILES = 200;

const folder = await Deno.makeTempDir({ prefix: "parex-bench-" });
const [parex] = await compileParex(join(folder, "parex"));
await using _ = await cloningDisk(join(folder, "disk"));

const took: { first: number[]; second: number[]; install: number[] } = {
  first: [],
  second: [],
  install: [],
};
for (let round = 0; round < ROUNDS; round++) {
  await using repo = await project();
  await run([
    parex,
    "execute",
    "--yes",
    "--agent-command",
    'echo > "$PAREX_TASK_ID.txt"',
    "--agent",
    "command",
  ], repo.root);
  const events = await lastEvents(repo.root);
  const begun = eventsOf(events, "worktree.created").map(({ at }) => Date.parse(at));
  const agents = eventsOf(events, "agent.started").map(({ at }) => Date.parse(at));
  const installs = eventsOf(events, "checks.finished").map(({ ms }) => ms);
  took.first.push((agents[0] ?? NaN) - (begun[0] ?? NaN));
  took.second.push((agents[1] ?? NaN) - (begun[1] ?? NaN));
  took.install.push(installs[0] ?? NaN);
}
printTable(["`npm ci` alone, s", "first worktree, s", "second worktree, s", "ratio"], [[
  spreadText(took.install.map((ms) => ms / 1000), 1),
  spreadText(took.first.map((ms) => ms / 1000), 1),
  spreadText(took.second.map((ms) => ms / 1000), 1),
  spreadText(took.second.map((ms, round) => ms / (took.first[round] ?? NaN))),
]]);

/** Two tasks, one after the other, in a project with packages and a lock file. */
async function project(): Promise<TempRepo> {
  const files: Record<string, string> = {
    ".gitignore": "node_modules\npackages\n",
    ".parallel/config.yaml": "test: none\nlint: none\ntypecheck: none\n",
    ...planFiles({ a: {}, b: { after: ["a"] } }),
  };
  const repo = await tempRepo({ files, dir: join(folder, "disk") });
  const archives = join(dirname(repo.root), "archives");
  const dependencies: Record<string, string> = {};
  for (let at = 0; at < PACKAGES; at++) {
    const path = join(archives, `p${at}`, "package");
    await Deno.mkdir(path, { recursive: true });
    const manifest = { name: `p${at}`, version: "1.0.0" };
    await Deno.writeTextFile(join(path, "package.json"), JSON.stringify(manifest));
    for (let file = 1; file < FILES; file++) {
      await Deno.writeTextFile(
        join(path, `${file}.js`),
        `module.exports = ${at * file};\n`.repeat(40),
      );
    }
    const archive = join(archives, `p${at}.tgz`);
    await run(["tar", "czf", archive, "-C", dirname(path), "package"], archives);
    dependencies[`p${at}`] = `file:${archive}`;
  }
  await repo.write({
    "package.json": JSON.stringify({ name: "app", version: "1.0.0", dependencies }),
  });
  await run(["npm", "install", "--package-lock-only", "--offline", "--no-audit"], repo.root);
  await repo.commit("packages");
  return repo;
}
