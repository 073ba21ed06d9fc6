/** Compares merges made as objects with those that `git merge` makes of the same branches. */
import fc from "fast-check";
import { join } from "node:path";
import { mergeCommits } from "../../src/git/merge.ts";
import { openRepository } from "../../src/git/repository.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";

const ATTRIBUTES = `*.union merge=union
*.ours merge=ours
*.both merge=both
*.bin binary
*.txt text
`;
const NAMES = ["a.txt", "b.union", "c.ours", "d.both", "e.bin", "f/g.txt", "h.sh"];

/** What one side does to one of the files. */
const change = fc.record({
  file: fc.constantFrom(...NAMES),
  deed: fc.constantFrom("top", "bottom", "delete", "rename", "mode", "link", "folder", "crlf"),
});
const side = fc.array(change, { minLength: 1, maxLength: 3 });

async function apply(
  { root, git }: TempRepo,
  changes: readonly { file: string; deed: string }[],
  who: string,
): Promise<void> {
  for (const { file, deed } of changes) {
    const path = join(root, file);
    const text = await Deno.readTextFile(path).catch(() => undefined);
    if (text === undefined) continue;
    if (deed === "top") await Deno.writeTextFile(path, `${who}\n${text}`);
    if (deed === "bottom") await Deno.writeTextFile(path, `${text}${who}\n`);
    if (deed === "crlf") await Deno.writeTextFile(path, text.replaceAll("\n", "\r\n"));
    if (deed === "delete") await Deno.remove(path);
    if (deed === "rename") await git(["mv", file, `${file}.${who}`]);
    if (deed === "mode") await Deno.chmod(path, 0o755);
    if (deed === "link" || deed === "folder") await Deno.remove(path);
    if (deed === "link") await Deno.symlink(who, path);
    if (deed === "folder") {
      await Deno.mkdir(path);
      await Deno.writeTextFile(join(path, "inner"), who);
    }
    await git(["add", "-A"]);
  }
  await git(["commit", "-q", "--allow-empty", "-m", who]);
}

Deno.test("a merge made as an object is the one that git merge makes, or conflicts in the same files", async () => {
  await fc.assert(
    fc.asyncProperty(side, side, async (left, right) => {
      const text = Array.from({ length: 8 }, (_, line) => `${line}\n`).join("");
      const files = Object.fromEntries(NAMES.map((name) => [name, text]));
      await using temp = await tempRepo({ files: { ...files, ".gitattributes": ATTRIBUTES } });
      const { git } = temp;
      await git(["config", "merge.ours.driver", "true"]);
      await git(["config", "merge.both.driver", "cat %B >>%A"]);
      await git(["checkout", "-q", "-b", "right"]);
      await apply(temp, right, "right");
      await git(["checkout", "-q", "main"]);
      await apply(temp, left, "left");
      const repo = await openRepository(temp.root);
      const ours = await git(["rev-parse", "main"]);
      const merged = await mergeCommits(repo, { ours, theirs: "right", message: "Merge\n" });
      assertEquals(await git(["rev-parse", "main"]), ours, "nothing has moved");
      const clean = await git(["merge", "-q", "--no-ff", "-m", "Merge", "right"])
        .then(() => true, () => false);
      assertEquals(merged.kind === "conflict", !clean, merged.kind);
      if (merged.kind === "conflict") {
        const open = await git(["diff", "--name-only", "--diff-filter=U"]);
        // git derives the names of files that are in the way from the name of the side.
        const plain = (names: string[]) =>
          [...new Set(names.map((name) => name.split("~")[0]))].sort();
        assertEquals(plain(merged.conflicts.map(({ path }) => path)), plain(open.split("\n")));
        assert(
          merged.conflicts.every(({ ours, theirs }) =>
            ours.did !== "nothing" || theirs.did !== "nothing"
          ),
        );
      } else if (merged.kind === "merged") {
        const tree = async (rev: string) => await git(["rev-parse", `${rev}^{tree}`]);
        assertEquals(await tree(merged.sha), await tree("HEAD"));
        assertEquals(
          await git(["log", "-1", "--format=%P %B", merged.sha]),
          await git(["log", "-1", "--format=%P %B"]),
        );
      }
    }),
    { numRuns: 25 },
  );
});

Deno.test("attributes count as they are in the commit that is merged into", async () => {
  await using temp = await tempRepo({ files: { list: "1\n" } });
  const { git } = temp;
  await git(["checkout", "-q", "-b", "right"]);
  await temp.commit("right", { list: "1\nright\n" });
  await git(["checkout", "-q", "main"]);
  await temp.commit("left", { list: "1\nleft\n" });
  const repo = await openRepository(temp.root);
  const merge = async () =>
    await mergeCommits(repo, {
      ours: await git(["rev-parse", "main"]),
      theirs: "right",
      message: "m",
    });
  assertEquals((await merge()).kind, "conflict");
  // It is not committed, so it says nothing about the commits.
  await temp.write({ ".gitattributes": "list merge=union\n" });
  assertEquals((await merge()).kind, "conflict");
  await temp.commit("attributes");
  assertEquals((await merge()).kind, "merged");
});

Deno.test("merges made at the same time do not take each other's folder away", async () => {
  await using temp = await tempRepo({ files: { list: "1\n" } });
  await temp.git(["checkout", "-q", "-b", "right"]);
  await temp.commit("right", { other: "right\n" });
  await temp.git(["checkout", "-q", "main"]);
  await temp.commit("left", { list: "left\n" });
  const repo = await openRepository(temp.root);
  const spec = { ours: "main", theirs: "right", message: "m" };
  for (let round = 0; round < 2; round++) {
    const merges = await Promise.all(Array.from({ length: 10 }, () => mergeCommits(repo, spec)));
    assertEquals(merges.map(({ kind }) => kind), Array(10).fill("merged"));
    await Deno.remove(join(temp.root, ".git/parex/attributes"), { recursive: true });
  }
});
