/** A run in which everything happens that a crash could tear apart, and the same end every time. */
import { dirname, join } from "node:path";
import { type Rig, rig } from "../support/rig.ts";

/** Commits, if there is something to commit, and tells which commit it is. */
const COMMIT = `git add -A
git diff --cached --quiet || git commit -qm "feat: $PAREX_TASK_ID"
git rev-parse HEAD >> "$NOTES/commits"
sleep 0.03
`;

const ADDS = `sleep 0.05
echo "by $PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"
${COMMIT}`;

/** Adds a line where another task adds one too; in a conflict, keeps both. */
const SHARES = `if git rev-parse -q --verify MERGE_HEAD >/dev/null; then
  sed -i -e '/^|\\{7\\}/,/^=\\{7\\}/d' -e '/^[<=>]\\{7\\}/d' shared.txt
  sort -uo shared.txt shared.txt
  git add -A
else
  sleep 0.03
  grep -q "$PAREX_TASK_ID" shared.txt || echo "$PAREX_TASK_ID" >> shared.txt
  sort -uo shared.txt shared.txt
  ${COMMIT}
fi
`;

/** Fails the checks the first time. */
const BREAKS = `touch broken\n${ADDS}`;
const REPAIRS = `rm -f broken\n${ADDS}`;

/** Leaves its work to be committed by parex. */
const UNCOMMITTED = `sleep 0.05
echo "by $PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"
`;

export const TASKS = ["a", "b", "c", "d", "e"];

/** What the base comes to, by the path of each file that the plan's tasks have made. */
export const RESULT: Record<string, string> = {
  "a.txt": "by a",
  "b.txt": "by b",
  "e.txt": "by e",
  "shared.txt": "c\nd\nline",
};

/** A repository with a remote, and a plan that lands on it by merge. */
export async function setTheStage(): Promise<Rig> {
  const stage = await rig({
    tasks: { a: {}, b: { after: ["a"] }, c: {}, d: {}, e: {} },
    config: "test: '[ ! -e broken ]'\nland: merge\njobs: 2\n",
    files: { "shared.txt": "line\n" },
    agent: { any: ADDS, b: UNCOMMITTED, c: SHARES, d: SHARES, "e.1": BREAKS, e: REPAIRS },
  });
  const remote = join(dirname(stage.root), "remote.git");
  await stage.repo.git(["init", "-q", "--bare", "-b", "main", remote]);
  await stage.repo.git(["remote", "add", "origin", remote]);
  await stage.repo.git(["push", "-q", "-u", "origin", "main"]);
  return stage;
}
