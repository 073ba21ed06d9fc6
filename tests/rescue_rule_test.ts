/**
 * Nothing but `src/git/rescue/remove.ts` deletes what may hold work. Every other place that deletes at all
 * is listed here, with the reason why it loses nothing.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals } from "./support/assert.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Command lines and calls that delete. */
const DELETES: Record<string, RegExp> = {
  "worktree remove": /"worktree",\s*"remove"/,
  "worktree prune": /"worktree",\s*"prune"/,
  "branch -D": /"branch",[^\]]*"(-[dD]|--delete)"/,
  "update-ref -d": /"update-ref",[^\]]*"-d"/,
  "reset --hard": /"reset",[^\]]*"--hard"/,
  "clean": /\[\s*"clean"/,
  "stash drop": /"stash",\s*"(drop|clear|pop)"/,
  "reflog expire": /"reflog",\s*"(expire|delete)"/,
  "remove recursively": /Deno\.remove(Sync)?\([^;]*recursive: true/,
};

const OWN_FOLDER = "a temporary folder that the same function has made";

const ALLOWED: Record<string, Record<string, string>> = {
  "src/git/put_back.ts": {
    "update-ref -d": "a ref that an agent made behind its borders, anchored by the caller",
  },
  "src/git/rescue/remove.ts": {
    "worktree remove": "the door: all is anchored before",
    "update-ref -d": "the door: all is anchored before",
  },
  "src/git/rescue/remove_finished.ts": {
    "worktree remove": "unforced, and nothing in it names a commit that is not on its branch",
    "update-ref -d": "the base contains it, and git deletes it at that commit only",
  },
  "src/git/rescue/reset.ts": { "reset --hard": "anchored before" },
  "src/git/worktrees/merge_branch.ts": {
    "worktree remove": "unforced: git refuses where anything lies in it",
  },
  "src/git/worktrees/ensure.ts": {
    "worktree remove": "the folder is gone or empty, what git notes of it is anchored",
    "reset --hard": "a worktree whose first checkout is not finished",
    "remove recursively": "parex's own notes about an earlier worktree of the same name",
  },
  "src/recovery/worktrees.ts": { "worktree remove": "the folder is gone, HEAD is on a branch" },
  "src/git/scratch_index.ts": { "remove recursively": OWN_FOLDER },
  "src/git/hooks.ts": { "remove recursively": "a temporary folder of records about hooks" },
  "src/git/merge.ts": { "remove recursively": OWN_FOLDER },
  "src/recovery/copilot.ts": { "remove recursively": OWN_FOLDER },
  "src/git/checkout_differences.ts": { "remove recursively": OWN_FOLDER },
  "src/agent/program.ts": { "remove recursively": OWN_FOLDER },
  "src/exec/bubblewrap.ts": { "remove recursively": OWN_FOLDER },
  "src/exec/layers.ts": {
    "remove recursively":
      "what sandboxed commands wrote beside caches and settings, not to the worktree",
  },
  "src/exec/browser.ts": { "remove recursively": OWN_FOLDER },
  "src/run/maintenance/old_runs.ts": {
    "remove recursively": "parex's own transcripts and logs of old runs",
  },
  "src/run/context/installed.ts": {
    "remove recursively": "clones of what setup installed, which are made again",
  },
  "src/plan/write_files.ts": {
    "remove recursively":
      "its own temporary folder; what was there was replaced by force, or is back",
  },
};

Deno.test("nothing deletes work but the one door, and what is listed here with its reason", async () => {
  const found: string[] = [];
  const seen = new Set<string>();
  for (const file of await sourcesBelow("src")) {
    for (const deletion of deletionsIn(await Deno.readTextFile(join(ROOT, file)))) {
      seen.add(`${file}: ${deletion}`);
      if (ALLOWED[file]?.[deletion] === undefined) found.push(`${file}: ${deletion}`);
    }
  }
  assertEquals(found, []);
  const listed = Object.entries(ALLOWED).flatMap(([file, all]) =>
    Object.keys(all).map((deletion) => `${file}: ${deletion}`)
  );
  assertEquals(listed.filter((one) => !seen.has(one)), [], "listed, but no longer there");
});

Deno.test("the rule sees deletions in sources", () => {
  const source = `
    repo.git(["worktree", "remove", "--force", path]);
    repo.git(["branch", "-D", "--", name]);
    repo.result([
      "reset",
      "--quiet",
      "--hard",
    ]);
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(file);
    await Deno.mkdir(folder, { recursive: true });
    repo.git(["branch", "--list"], { all: ["-d"] });`;
  const seen = ["worktree remove", "branch -D", "reset --hard", "remove recursively"];
  assertEquals(deletionsIn(source), seen);
});

function deletionsIn(source: string): string[] {
  return Object.entries(DELETES).filter(([, pattern]) => source.search(pattern) >= 0)
    .map(([name]) => name);
}

async function sourcesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await sourcesBelow(path));
    else if (name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}
