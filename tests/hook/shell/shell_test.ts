import { join } from "node:path";
import fc from "fast-check";
import { shellWord } from "../../../src/exec/quote.ts";
import { reviewCommandLine } from "../../../src/hook/shell/review.ts";
import { bordersFrom, zoneOf } from "../../../src/hook/shell/zones.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { type Guarded, guarded } from "../guarded.ts";

const ORDINARY = Deno.readTextFileSync(new URL("ordinary_lines.txt", import.meta.url))
  .trimEnd().split("\n").filter((line) => !line.startsWith("#"));

function reviewer({ env, root, worktree }: Guarded) {
  const borders = bordersFrom(env, join(root, ".git"));
  assert(borders);
  return {
    borders,
    review: (line: string) => reviewCommandLine(line, { borders, cwd: worktree, env }),
  };
}

Deno.test("of the ordinary lines that others wrote at most 2 in 100 are refused", async () => {
  await using place = await guarded();
  const { review } = reviewer(place);
  const refused = ORDINARY.filter((line) => review(line.replaceAll("WORKTREE", place.worktree)));
  assert(ORDINARY.length >= 200);
  assert(refused.length <= ORDINARY.length * 0.02, refused.join("\n"));
});

Deno.test("reviewCommandLine() comes to a verdict on any text", async () => {
  await using place = await guarded();
  const { review } = reviewer(place);
  const bits = fc.constantFrom(
    ..."' \" ` $ ( ) { } < > << | & ; \\ \n # ~ * = in case esac for do done [[ ]] a rm git cd .."
      .split(" "),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(bits, fc.string())), (parts) => {
      for (const glue of ["", " "]) {
        const verdict = review(parts.join(glue));
        assert(verdict === undefined || verdict.length > 0);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a quoted path is judged as the path that it is, however it is written to", async () => {
  await using place = await guarded();
  const { borders, review } = reviewer(place);
  const name = fc.stringMatching(/^[a-zA-Z0-9 '"$`*;&|()~.-]{1,8}$/);
  const path = fc.array(fc.oneof(fc.constantFrom("..", "src", "away", "sources", "."), name), {
    minLength: 1,
    maxLength: 5,
  }).map((parts) => `./${join(...parts)}`);
  fc.assert(
    fc.property(path, (path) => {
      const zone = zoneOf(borders, path, place.worktree);
      for (const line of [`echo > ${shellWord(path)}`, `tee -- ${shellWord(path)}`]) {
        assertEquals(review(line) === undefined, zone === "worktree" || zone === "scratch", line);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a line of 65,000 parts gets a verdict, and so does one that is nested without end", async () => {
  await using place = await guarded();
  const { review } = reviewer(place);
  for (const part of ["|", "a|", "a;", ">a ", "rm ../", "$(a ", '"$(', "((a ", "x=$x$x;"]) {
    review(part.repeat(65_000));
  }
  for (
    const [start, part] of [["find .", " -exec a"], ["sed -i", " -e s/a/b/"], ["echo >", "../"]]
  ) {
    review(`${start}${part?.repeat(10_000)}`);
  }
  assertEquals(review("x=abcdefgh;" + "x=$x$x;".repeat(60) + "echo $x"), undefined);
});

Deno.test("the lines that agents write do not depend on where the temporary folder is", async () => {
  await using place = await guarded();
  const { borders } = reviewer(place);
  assertEquals(zoneOf(borders, "/tmp/new-here/x", place.worktree), "scratch");
  assertEquals(zoneOf(borders, "/tmp", place.worktree), "scratch");
  assertEquals(zoneOf(borders, join(place.outside, "x"), place.worktree), "outside");
  assertEquals(zoneOf(borders, join(place.root, "x"), place.worktree), "checkout");
});
