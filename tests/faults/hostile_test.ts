/** A plan whose every word is hostile, through the real program. */
import { join } from "node:path";
import fc from "fast-check";
import { isTaskId } from "../../src/domain/names.ts";
import { shellWord } from "../../src/exec/quote.ts";
import { NEEDS_GH, onGitHub } from "../github/rig.ts";
import { testEnv, withEnv } from "../support/env.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { findTool } from "../support/needs.ts";
import { textOf, writeFiles } from "../support/repo.ts";
import { type Rig, rig } from "../support/rig.ts";

const TRAP = '$(touch "$HOME/trapped")`touch "$HOME/trapped"`; touch "$HOME/trapped"; ';
const ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\r";

/** Names that no task may have. */
const REFUSED = [
  ...["--upload-pack=touch trapped", "-x", "$(touch trapped)", "`touch trapped`", "a b", "a;b"],
  ...["..", "../up", "a..b", "a/b", "/etc", "a.lock", "a.", ".hidden", "a~1", "a^", "a:b", "a?"],
  ...["a*", "a[b", "a\\b", "@{-1}", "a\x1b[2J", "a\nb", "a\u0000b", "а", "ａ", "a\u200b", "é", ""],
  ...["CON", "nul", "aux.md", "COM1", "lpt9.txt"],
];

function planOf(tasks: Record<string, unknown>[], name = "Sample"): string {
  return JSON.stringify({ metadata: { name }, tasks });
}

const PLAN = ".parallel/plans/plan.yaml";

Deno.test("ids that could be an option, a command, another path or another ref are refused before anything is done", async () => {
  await using stage = await rig();
  for (const id of REFUSED) {
    await stage.repo.write({
      [PLAN]: planOf([{ id, name: "x", description: "x", priority: "low", dependencies: [] }]),
    });
    const { code, failure } = await stage.execute();
    assertEquals([id, code, failure?.reason], [id, 2, "plan_invalid"]);
  }
  assertEquals(await stage.repo.git(["for-each-ref", "--format=%(refname)"]), "refs/heads/main");
});

Deno.test("every id that the plan rules take is one that git takes in a branch", async () => {
  await using stage = await rig();
  const ids = fc.sample(
    fc.oneof(
      fc.string({ unit: fc.constantFrom(..."aZ0._-/@~^:?*[\\ {}"), maxLength: 8 }),
      fc.string({ maxLength: 6 }),
    ).filter(isTaskId),
    { numRuns: 60, seed: 7 },
  );
  for (const id of new Set(ids)) {
    await stage.repo.git(["check-ref-format", "--branch", `feature/${id}`]);
  }
});

/** Hostile words wherever a plan may say something, under ids that are allowed. */
async function hostileRig(): Promise<Rig & { argv(): Promise<string> }> {
  const stage = await rig({ tasks: {} });
  const words = `--exec=x ${TRAP}${ESCAPES}<script>alert(1)</script> -->`;
  const file = (id: string) =>
    `---
id: ${id}
priority: high
status: pending
dependencies: []
labels: [${JSON.stringify(`--label ${TRAP}${ESCAPES}`)}, "-f"]
---

# ${words.replaceAll(/[\n\r]/g, " ")}

## Objective

${words}

## Files to Touch

**Create:**
- \`../../../outside.txt\`
- \`--help\`
- \`a\${HOME}.txt\`
`;
  await stage.repo.write({
    ".parallel/plans/--tasks/--a.md": file("task-1"),
    ".parallel/plans/$(touch trapped).md": file("task-2"),
    [PLAN]: planOf([
      { id: "task-1", name: words, file: "--tasks/--a.md", priority: "high", dependencies: [] },
      {
        id: "task-2",
        name: `\n${words}`,
        file: "$(touch trapped).md",
        priority: "low",
        dependencies: ["task-1"],
      },
      {
        id: "task-3",
        name: "\u0000\ud800" + words,
        description: words,
        files: ["--frob"],
        priority: "low",
        dependencies: [],
      },
    ], words),
  });
  await stage.repo.commit("A hostile plan");
  const git = shellWord(findTool("git") ?? "git");
  await writeFiles(stage.home, {
    "programs/git":
      `#!/bin/sh\n{ printf '%s\\037' "$@"; printf '\\036'; } >> "$RIG/argv"\nexec ${git} "$@"\n`,
  });
  await Deno.chmod(join(stage.home, "programs/git"), 0o755);
  await stage.agent({ any: 'echo "$PAREX_TASK_ID" > "$PAREX_TASK_ID.txt"' });
  return Object.assign(stage, { argv: async () => await textOf(join(stage.home, "argv")) ?? "" });
}

async function assertUntouched(stage: Rig, outputs: string): Promise<void> {
  for (const folder of [stage.root, stage.home, join(stage.root, "..")]) {
    for await (const { name } of Deno.readDir(folder)) {
      assert(!/trapped|outside/.test(name), `${folder}/${name} was made`);
    }
  }
  // deno-lint-ignore no-control-regex -- they are what is looked for
  assertEquals(outputs.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/g), null);
}

Deno.test("a hostile plan runs to its end: nothing of it reaches a shell, an option, a path outside or the terminal", async () => {
  await using stage = await hostileRig();
  const env = {
    HOME: stage.home,
    PATH: `${join(stage.home, "programs")}:${testEnv().PATH}`,
    DENO_DIR: await denoDir(),
  };
  const outputs: string[] = [];
  for (
    const args of [
      ["validate"],
      ["execute", "--dry-run"],
      ["execute", "--land", "merge"],
      ["status"],
      ["report"],
      ["cleanup", "--yes"],
    ]
  ) {
    const { code, stdout, stderr } = await stage.parex(args, { env });
    assert(code === 0 || code === 1, `${args.join(" ")}: ${code} ${stderr}`);
    outputs.push(stdout, stderr);
  }
  await assertUntouched(stage, outputs.join(""));
  const argv = (await stage.argv()).split("\x1e").map((line) => line.split("\x1f"));
  assert(argv.length > 20);
  for (const words of argv) {
    const ends = words.indexOf("--");
    const options = (ends < 0 ? words : words.slice(0, ends)).filter((word) =>
      word.startsWith("-")
    );
    assert(
      !options.some((word) => /exec=x|label|--tasks|--a\.md|--frob/.test(word)),
      words.join(" "),
    );
  }
});

Deno.test("the HTML report and --json of a hostile plan hold its words as text alone", async () => {
  await using stage = await hostileRig();
  const { stdout } = await stage.parex(["execute", "--json", "--land", "none"]);
  for (const line of stdout.trim().split("\n")) JSON.parse(line);
  // deno-lint-ignore no-control-regex -- they are what is looked for
  assertEquals(stdout.match(/[\u0000-\u0009\u000b-\u001f]/g), null);
  const html = join(stage.home, "report.html");
  assertEquals((await stage.parex(["report", "--html", html])).code, 0);
  const text = await Deno.readTextFile(html);
  assert(!text.includes("<script>alert"));
  // As the JSON of its data has it: no browser reads a tag there.
  assertMatch(text, /\\u003cscript/);
});

Deno.test({
  name: "labels and titles of a hostile plan reach GitHub as they are, and nothing else",
  ...NEEDS_GH,
  fn: async () => {
    await using stage = await hostileRig();
    await using github = await onGitHub(stage.repo);
    using _ = withEnv({ ...github.env });
    const run = await stage.execute({ land: "pr" });
    assertEquals(run.code, 0, JSON.stringify(run.events.at(-2)));
    assertEquals(github.invalid, []);
    for (const { title } of github.pullRequests) assert(!title.includes("\n"));
    await assertUntouched(stage, "");
  },
});

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
