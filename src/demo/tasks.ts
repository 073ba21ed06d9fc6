import type { Priority } from "../domain/task.ts";

/** A task of the demo's plan, with what the scripted agent does about it. */
export interface DemoTask {
  id: string;
  name: string;
  priority: Priority;
  dependencies: string[];
  labels: string[];
  objective: string;
  approach: string;
  /** What the agent writes: path and content. */
  solution: Record<string, string>;
  /** What it does as long as it has not been shown a failed check. */
  flawed?: {
    solution: Record<string, string>;
    /** What the commit of the repair says. */
    repair: string;
  };
  /** Leaves its work uncommitted, as agents sometimes do. */
  forgetsToCommit?: true;
}

/** Six tasks: a diamond that starts with the words, and two independent ones. */
export const TASKS: readonly DemoTask[] = [
  {
    id: "task-0",
    name: "Split a text into words",
    priority: "blocker",
    dependencies: [],
    labels: ["core"],
    objective: "`textstat words` prints each word of a text on a line of its own, in lower case.",
    approach: "Letters and digits make up words; everything else separates them. Use `tr`.",
    solution: {
      "lib/words.sh": String.raw`# Prints each word on a line of its own.
tr 'A-Z' 'a-z' | tr -cs 'a-z0-9' '\n' | sed '/^$/d'
`,
      "tests/words_test.sh": String.raw`. tests/expect.sh
expect words 'To be, or not\n' 'to\nbe\nor\nnot'
expect words '' ''
`,
    },
  },
  {
    id: "task-1",
    name: "Count the words",
    priority: "high",
    dependencies: ["task-0"],
    labels: ["core"],
    objective: "`textstat count` prints how many words a text has.",
    approach: "Count the lines that `textstat words` prints.",
    solution: {
      "lib/count.sh": String.raw`# Counts the words.
sh "$root/bin/textstat" words | wc -l | tr -d ' '
`,
      "tests/count_test.sh": String.raw`. tests/expect.sh
expect count 'To be, or not to be\n' 6
expect count '' 0
`,
    },
  },
  {
    id: "task-2",
    name: "List the most frequent words",
    priority: "high",
    dependencies: ["task-0"],
    labels: ["core"],
    objective: "`textstat top` prints the three most frequent words with their number, the most " +
      "frequent first; of equally frequent ones the alphabetically first.",
    approach: "Count with `sort | uniq -c`, then sort by number.",
    solution: {
      "lib/top.sh": String.raw`# Lists the three most frequent words.
sh "$root/bin/textstat" words | sort | uniq -c | sort -k1,1nr -k2 | head -n 3 | awk '{ print $1, $2 }'
`,
      "tests/top_test.sh": String.raw`. tests/expect.sh
expect top 'b b b a c c d\n' '3 b\n2 c\n1 a'
`,
    },
    flawed: {
      // The numbers are counted, but nothing is sorted by them.
      solution: {
        "lib/top.sh": String.raw`# Lists the three most frequent words.
sh "$root/bin/textstat" words | sort | uniq -c | head -n 3 | awk '{ print $1, $2 }'
`,
      },
      repair: "Correct the order of the words",
    },
  },
  {
    id: "task-3",
    name: "Report on a text",
    priority: "medium",
    dependencies: ["task-1", "task-2"],
    labels: ["core"],
    objective: "`textstat report` prints a text's lines, its words and its most frequent word.",
    approach: "Keep the text in a variable and hand it to `lines`, `count` and `top`.",
    solution: {
      "lib/report.sh": String.raw`# Reports lines, words and the most frequent word.
text=$(cat)
tell() { printf '%s\n' "$text" | sh "$root/bin/textstat" "$1"; }
echo "lines: $(tell lines)"
echo "words: $(tell count)"
echo "most frequent: $(tell top | head -n 1)"
`,
      "tests/report_test.sh": String.raw`. tests/expect.sh
expect report 'to be\nor not to be\n' 'lines: 2\nwords: 6\nmost frequent: 2 be'
`,
    },
  },
  {
    id: "task-4",
    name: "Find the longest line",
    priority: "medium",
    dependencies: [],
    labels: ["lines"],
    objective:
      "`textstat longest` prints the longest line of a text, the first of equally long ones.",
    approach: "One `awk` program.",
    solution: {
      "lib/longest.sh": String.raw`# Prints the longest line.
awk 'length($0) > length(longest) { longest = $0 } END { print longest }'
`,
      "tests/longest_test.sh": String.raw`. tests/expect.sh
expect longest 'a\nccc\nbb\nddd\n' ccc
`,
    },
    forgetsToCommit: true,
  },
  {
    id: "task-5",
    name: "List the commands",
    priority: "low",
    dependencies: [],
    labels: ["help"],
    objective: "`textstat help` lists every command with one line on what it does.",
    approach: "The first line of each file in `lib/` is a comment that says so.",
    solution: {
      "lib/help.sh": String.raw`# Lists the commands.
for file in "$root"/lib/*.sh; do
  printf '%-8s %s\n' "$(basename "$file" .sh)" "$(sed -n '1s/^# //p' "$file")"
done
`,
      "tests/help_test.sh": String.raw`help=$(sh bin/textstat help)
for file in lib/*.sh; do
  case $help in
    *"$(basename "$file" .sh) "*) ;;
    *) echo "help does not list $file" && exit 1 ;;
  esac
done
`,
    },
  },
];
