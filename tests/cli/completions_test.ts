import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { parex, parexArgv } from "../support/parex.ts";
import { planFiles } from "../support/plan_files.ts";
import { tempRepo } from "../support/repo.ts";

/** What the shell is offered when TAB is pressed after these words; the last one is half typed. */
async function offered(words: string[], cwd?: string): Promise<string[]> {
  const { code, stdout, stderr } = await parex(["complete", "--", ...words], cwd ? { cwd } : {});
  assertEquals([code, stderr], [0, ""]);
  return stdout.trimEnd().split("\n").filter((line) => !line.startsWith(":"))
    .map((line) => line.split("\t")[0] ?? "");
}

for (const shell of ["bash", "zsh", "fish", "powershell"]) {
  Deno.test(`parex completions ${shell} prints a script that asks parex at every TAB`, async () => {
    const { code, stdout, stderr } = await parex(["completions", shell]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /parex complete/);
  });
}

Deno.test("parex completions bash prints what bash can read", async () => {
  const { stdout } = await parex(["completions", "bash"]);
  const script = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(script, stdout);
    const { code } = await new Deno.Command("bash", { args: ["-n", script] }).output();
    assertEquals(code, 0);
  } finally {
    await Deno.remove(script);
  }
});

Deno.test("parex complete offers the commands, but no hidden one", async () => {
  const all = await offered([""]);
  assert(all.includes("completions"), all.join());
  assert(!all.includes("complete"), all.join());
  assertEquals(await offered(["completi"]), ["completions"]);
});

Deno.test("parex complete offers the choices and options of the command on the line", async () => {
  assertEquals(await offered(["completions", ""]), ["bash", "zsh", "fish", "powershell"]);
  assertEquals(await offered(["completions", "po"]), ["powershell"]);
});

Deno.test("parex complete offers the options of execute and the words they take", async () => {
  assertEquals(await offered(["execute", "--ta"]), ["--task-budget"]);
  assertEquals(await offered(["execute", "--agent", ""]), [
    "claude",
    "codex",
    "gemini",
    "copilot",
    "opencode",
    "pi",
    "command",
  ]);
  assertEquals(await offered(["execute", "--land=m"]), ["merge"]);
  assert(!(await offered(["execute", "--"])).includes("--push"), "a hidden flag is offered");
});

Deno.test("parex complete offers tasks and branches to check, and the settings of a live run", async () => {
  await using repo = await tempRepo({ files: planFiles({ a: {}, b: {} }) });
  assertEquals(await offered(["check", ""], repo.root), ["a", "b", "main"]);
  assertEquals(await offered(["show", ""], repo.root), ["a", "b"]);
  assertEquals(await offered(["set", "j"], repo.root), ["jobs="]);
});

Deno.test("parex complete offers the plan files of the folder that is typed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/plans`);
    for (const file of ["plan.yaml", "notes.md", "plans/a.yml", "plans/b.yaml"]) {
      await Deno.writeTextFile(`${folder}/${file}`, "");
    }
    assertEquals(await offered(["execute", ""], folder), ["plan.yaml", "plans/"]);
    assertEquals(await offered(["execute", "plans/"], folder), ["plans/a.yml", "plans/b.yaml"]);
    assertEquals(await offered(["validate", "plans/b"], folder), ["plans/b.yaml"]);
    assertEquals(await offered(["execute", "missing/"], folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A folder with a `parex` that is this one, and the script of a shell. */
async function withScript(shell: string, play: (bin: string, script: string) => Promise<void>) {
  const bin = await Deno.makeTempDir();
  try {
    const argv = parexArgv([]).map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${bin}/parex`, `#!/bin/sh\nexec ${argv} "$@"\n`, { mode: 0o755 });
    const { stdout } = await parex(["completions", shell]);
    await Deno.writeTextFile(`${bin}/script`, stdout);
    await play(bin, `${bin}/script`);
  } finally {
    await Deno.remove(bin, { recursive: true });
  }
}

async function shellSays(argv: string[], bin: string): Promise<{ out: string; err: string }> {
  const [program = "", ...args] = argv;
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}`, HOME: bin, TERM: "dumb" };
  const ran = await new Deno.Command(program, { args, env, cwd: bin, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { out: text(ran.stdout), err: text(ran.stderr) };
}

/** What bash would offer at the end of this line. */
const BASH = `source script; source script
tab() { COMP_LINE=$1; COMP_POINT=\${#1}; __parex_complete; echo "\${COMPREPLY[*]}"; }
`;

Deno.test("bash without bash-completion completes, and evaluates nothing of the line", async () => {
  await withScript("bash", async (bin) => {
    const lines = [
      "tab 'parex completi'",
      "tab 'parex execute --land=m'",
      "tab 'parex completions '",
      "tab 'parex show $(touch evil)'",
      "tab 'parex show `touch evil` x'",
    ];
    const argv = ["bash", "--norc", "--noprofile", "-c", BASH + lines.join("\n")];
    const { out, err } = await shellSays(argv, bin);
    assertEquals(err, "");
    assertEquals(out.split("\n").slice(0, 3), ["completions", "merge", "bash zsh fish powershell"]);
    assertEquals([...Deno.readDirSync(bin)].some(({ name }) => name === "evil"), false);
  });
});

Deno.test({
  name: "fish completes, and evaluates nothing of the line",
  ignore: !hasProgram("fish"),
  fn: () =>
    withScript("fish", async (bin) => {
      const line = `source script; source script; complete -C 'parex completi'
complete -C 'parex show (touch evil) '`;
      const { out, err } = await shellSays(["fish", "--no-config", "-c", line], bin);
      assertEquals(err, "");
      assertMatch(out, /^completions\t/m);
      assertEquals([...Deno.readDirSync(bin)].some(({ name }) => name === "evil"), false);
    }),
});

/** Types a line into a zsh of its own and presses TAB. */
const ZSH = (first: string) =>
  `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; ${first} source ./script; source ./script; echo rea''dy'
zpty -r z said '*ready*'
zpty -w -n z $'parex completi\\t'
zpty -r z said '*completions*' && echo found
zpty -d z
`;

for (
  const [how, first] of [
    ["without compinit", ""],
    ["with compinit", "autoload -Uz compinit; compinit -i;"],
  ] as const
) {
  Deno.test({
    name: `zsh ${how} completes`,
    ignore: !hasProgram("zsh"),
    fn: () =>
      withScript("zsh", async (bin) => {
        const { out } = await shellSays(["timeout", "100", "zsh", "-f", "-c", ZSH(first)], bin);
        assertEquals(out, "found\n");
      }),
  });
}

function hasProgram(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}
