import { join } from "node:path";
import fc from "fast-check";
import { shellWord } from "../../../src/exec/quote.ts";
import { bordersFrom, zoneOf } from "../../../src/hook/shell/zones.ts";
import { reviewCommandLine } from "../../../src/hook/shell/review.ts";
import { tokenize } from "../../../src/hook/shell/tokens.ts";
import { valuesOf } from "../../../src/hook/shell/words.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { guarded } from "../guarded.ts";

/** The words of a line, as the shell would hand them on. */
function wordsOf(line: string): string[] {
  const variables = new Map([["HOME", ["/home/me"]], ["LIST", ["a b"]]]);
  return (tokenize(line) ?? []).flatMap((token) =>
    token.kind === "word" ? valuesOf(token.word, { cwd: "/here", variables }) : []
  );
}

Deno.test("a word is read as the shell reads it", () => {
  const cases: [string, string[]][] = [
    ["a 'b c' \"d e\" f\\ g", ["a", "b c", "d e", "f g"]],
    ["'it'\\''s'", ["it's"]],
    ['"a\\"b" "$HOME/x" \'$HOME\'', ['a"b', "/home/me/x", "$HOME"]],
    ["~ ~/x a~ '~'", ["/home/me", "/home/me/x", "a~", "~"]],
    ["{a,b}{1,2}", ["a1", "a2", "b1", "b2"]],
    ["x{a,b}y '{a,b}' {a}", ["xay", "xby", "{a,b}", "{a}"]],
    ['$LIST "$LIST"', ["a", "b", "a b"]],
    ["$(pwd)/x `pwd`", ["/here/x", "/here"]],
    ["a#b # comment", ["a#b"]],
    ["a\\\nb", ["ab"]],
    ["$'a' \"\"", ["a", ""]],
    ["$'it\\'s\\n'", ["it's\n"]],
    ["${HOME%/*} ${HOME##*/} ${NONE:-b} ${HOME:-b}", ["/home", "me", "b", "/home/me"]],
    ["$(dirname a/b) $(basename a/b)", ["a", "b"]],
  ];
  for (const [line, words] of cases) assertEquals(wordsOf(line), words, line);
});

Deno.test("tokenize() tells operators from what is quoted", () => {
  const kinds = (tokenize("a && 'b && c' | d >e 2>&1; <<'X' f\n;;\nX\n(g)") ?? [])
    .map((token) =>
      token.kind === "word" ? "word" : token.kind === "operator" ? token.text : token.operator
    );
  assertEquals(kinds, [
    ...["word", "&&", "word", "|", "word", ">", ">&", ";", "<<", "word", "\n"],
    ...["(", "word", ")"],
  ]);
});

Deno.test("tokenize() reads a here-document within a substitution to its end", () => {
  const tokens = tokenize("git commit -m \"$(cat <<'EOF'\nit's (not) done\nEOF\n)\" && x");
  assertEquals(tokens?.map(({ kind }) => kind).join(" "), "word word word word operator word");
});

Deno.test("tokenize() gives up on what is never closed", () => {
  for (const line of ["'a", '"a', "$(a", "`a", "${a", '"$(a"', "<(a"]) {
    assertEquals(tokenize(line), undefined, line);
  }
});

Deno.test("tokenize() gives up on scripts within scripts beyond measure", () => {
  const nested = (often: number, [open, close]: [string, string]) =>
    tokenize(`echo ${open.repeat(often)}x${close.repeat(often)}`);
  for (const pair of [["$(a ", ")"], ["<(a ", ")"]] as [string, string][]) {
    assert(nested(3, pair) !== undefined, pair[0]);
    assertEquals(nested(20_000, pair), undefined);
  }
  assertEquals(nested(20_000, ["${a:-$(b ", ")}"]), undefined);
});

Deno.test("a word of more texts than anybody would write is not spelled out", () => {
  assertEquals(wordsOf("{a,b}".repeat(30)), ["\0"]);
});

Deno.test("reviewCommandLine() comes to a verdict on any text", async () => {
  await using place = await guarded();
  const borders = bordersFrom(place.env);
  assert(borders);
  const bits = fc.constantFrom(
    ..."' \" ` $ ( ) { } < > << | & ; \\ \n # ~ * = in case esac for do done [[ ]] a rm git cd .."
      .split(" "),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(bits, fc.string())), (parts) => {
      for (const glue of ["", " "]) {
        const verdict = reviewCommandLine(parts.join(glue), {
          borders,
          cwd: place.worktree,
          env: place.env,
        });
        assert(verdict === undefined || verdict.length > 0);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("a quoted path is judged as the path that it is, however it is written to", async () => {
  await using place = await guarded();
  const borders = bordersFrom(place.env);
  assert(borders);
  const name = fc.stringMatching(/^[a-zA-Z0-9 '"$`*;&|()~.-]{1,8}$/);
  const path = fc.array(fc.oneof(fc.constantFrom("..", "src", "away", "sources", "."), name), {
    minLength: 1,
    maxLength: 5,
  }).map((parts) => `./${join(...parts)}`);
  fc.assert(
    fc.property(path, (path) => {
      const zone = zoneOf(borders, path, place.worktree);
      for (const line of [`echo > ${shellWord(path)}`, `tee -- ${shellWord(path)}`]) {
        const verdict = reviewCommandLine(line, { borders, cwd: place.worktree, env: place.env });
        assertEquals(verdict === undefined, zone === "worktree" || zone === "scratch", line);
      }
    }),
    { numRuns: 300 },
  );
});
