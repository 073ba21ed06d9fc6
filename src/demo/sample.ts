/** The project of the demo: a small text tool in POSIX shell, which runs wherever git does. */
export const SAMPLE: Record<string, string> = {
  "README.md": `# textstat

Prints facts about a text: \`bin/textstat COMMAND < FILE\`.

Each command is a file in \`lib/\`, each has a test in \`tests/\`. \`sh tests/run.sh\` runs all tests.
`,

  "bin/textstat": String.raw`#!/bin/sh
# textstat COMMAND: reads a text on stdin and prints something about it.
root=$(dirname "$0")/..
command=$1
if [ -z "$command" ] || [ ! -f "$root/lib/$command.sh" ]; then
  echo "usage: textstat COMMAND < FILE" >&2
  exit 2
fi
shift
. "$root/lib/$command.sh"
`,

  "lib/lines.sh": String.raw`# Counts the lines.
wc -l | tr -d ' '
`,

  "tests/run.sh": String.raw`#!/bin/sh
# Runs every test and says which ones failed, and why.
cd "$(dirname "$0")/.." || exit 2
failed=0
for test in tests/*_test.sh; do
  if output=$(sh "$test" 2>&1); then
    echo "ok - $test"
  else
    echo "not ok - $test"
    echo "$output"
    failed=1
  fi
done
exit $failed
`,

  "tests/expect.sh": String
    .raw`# expect COMMAND TEXT OUTPUT: the command makes this output of this text.
expect() {
  actual=$(printf "$2" | sh bin/textstat $1)
  [ "$actual" = "$(printf "$3")" ] && return
  echo "textstat $1: expected:"
  printf "$3\n"
  echo "but got:"
  echo "$actual"
  exit 1
}
`,

  "tests/lines_test.sh": String.raw`. tests/expect.sh
expect lines 'one\ntwo\n' 2
expect lines '' 0
`,
};

export const EXECUTABLES = ["bin/textstat", "tests/run.sh"];

/** The project's checks, as its configuration names them. */
export const CHECKS = {
  test: "sh tests/run.sh",
  lint: 'for file in bin/* lib/*.sh tests/*.sh; do sh -n "$file" || exit 1; done',
};
