import fc from "fast-check";
import { readLine, type Word } from "../../../src/hook/shell/lexer.ts";
import { argvOf } from "../../../src/hook/shell/words.ts";
import { assert, assertEquals } from "../../support/assert.ts";

const ENV = { HOME: "/home/me", LIST: "a b" };

/** The words of each command in a line, and the brackets of subshells. */
function commandsOf(line: string): unknown[] {
  return readLine(line).map((item) =>
    typeof item === "string" ? item : argvOf(item.words, scope())
  );
}

function scope() {
  return { cwd: "/here", env: ENV, variables: new Map(), worktree: "/here" };
}

function writesOf(line: string): string[] {
  const text = (word: Word) => argvOf([word], scope())[0] ?? "";
  return readLine(line).flatMap((item) => typeof item === "string" ? [] : item.writes.map(text));
}

Deno.test("a word is read as the shell reads it", () => {
  const cases: [string, string[]][] = [
    ["a 'b c' \"d e\" f\\ g", ["a", "b c", "d e", "f g"]],
    ["'it'\\''s'", ["it's"]],
    ['"a\\"b" "$HOME/x" \'$HOME\'', ['a"b', "/home/me/x", "$HOME"]],
    ["~ ~/x a~ '~'", ["/home/me", "/home/me/x", "a~", "~"]],
    ['$LIST "$LIST"', ["a", "b", "a b"]],
    ["$(pwd)/x `pwd` $(git rev-parse --show-toplevel)", ["/here/x", "/here", "/here"]],
    ["a#b # comment", ["a#b"]],
    ["a\\\nb", ["ab"]],
    ["$'a' \"\" $'it\\'s'", ["a", "", "it's"]],
    ["${NONE:-b} ${HOME:-b} ${HOME}", ["b", "/home/me", "/home/me"]],
    ["echo $((1 << 4)) x", ["echo", "0", "x"]],
  ];
  for (const [line, words] of cases) assertEquals(commandsOf(line), [words], line);
});

Deno.test("a line is taken apart into the commands that it runs", () => {
  const cases: [string, unknown[]][] = [
    ["a && 'b && c' | d; e & f || g", [["a"], ["b && c"], ["d"], ["e"], ["f"], ["g"]]],
    ["if a; then b; else c; fi; ! d", [["a"], ["b"], ["c"], ["d"]]],
    ["for x in a b; do c; done", [["for", "x", "in", "a", "b"], ["c"]]],
    ["(a; (b)) && c", ["(", ["a"], "(", ["b"], ")", ")", ["c"]]],
    ["f() { a; }; b", [["a"], ["b"]]],
    ["case x in a|b) c ;; *) d ;; esac; e", [["x", "in", "a"], ["b"], ["c"], ["*"], ["d"], ["e"]]],
    ["((x = 1 << 3))\na", [["a"]]],
    ["[[ a > b && c ]] || d", [["[["], ["d"]]],
    ["list=(a b); c", [["list= a b"], ["c"]]],
  ];
  for (const [line, commands] of cases) assertEquals(commandsOf(line), commands, line);
});

Deno.test("the files that a command writes are distinguished from its words", () => {
  assertEquals(writesOf("a >b 2>&1 &>> c < d {fd}>e"), ["b", "c", "e"]);
  assertEquals(writesOf("cat <<'X' >f\n$(a) > g;;\nX\nb <<-Y\n\tc > h\n\tY\n"), ["f"]);
  assertEquals(commandsOf("cat <<X |\nbody\nX\ngrep a"), [["cat"], ["grep", "a"]]);
});

Deno.test("a here-document within a substitution is read to its end", () => {
  const [[words]] = [commandsOf("git commit -m \"$(cat <<'EOF'\nit's (not) done\nEOF\n)\" && x")];
  assertEquals((words as string[]).slice(0, 3), ["git", "commit", "-m"]);
});

Deno.test("any text has a reading", () => {
  const bits = fc.constantFrom(
    ..."' \" ` $ ( ) { } < > << | & ; \\ \n # ~ * = $( ${ in case esac for do done [[ ]] a rm cd .."
      .split(" "),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(bits, fc.string({ unit: "binary" }))), (parts) => {
      for (const glue of ["", " "]) commandsOf(parts.join(glue));
    }),
    { numRuns: 500 },
  );
});

Deno.test("reading takes a moment, whatever a long line repeats", () => {
  const pieces = fc.array(
    fc.constantFrom(
      ..."a| a; ' \" ` $( ${a:- (( $(( ( ) <<A <<A\n [[ x=( f() case\u0020a\u0020in esac \\ # \n >a &"
        .split(" "),
    ),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      assert(readLine(parts.join("").repeat(10_000)).length >= 0);
    }),
    { numRuns: 100 },
  );
});
