import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { parex } from "../support/parex.ts";

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
    "command",
  ]);
  assertEquals(await offered(["execute", "--land=m"]), ["merge"]);
  assert(!(await offered(["execute", "--"])).includes("--push"), "a hidden flag is offered");
});

Deno.test("parex complete offers the plan files of the folder that is typed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/plans`);
    for (const file of ["plan.yaml", "notes.md", "plans/a.yml", "plans/b.yaml"]) {
      await Deno.writeTextFile(`${folder}/${file}`, "");
    }
    assertEquals(await offered(["execute", ""], folder), ["plan.yaml"]);
    assertEquals(await offered(["execute", "plans/"], folder), ["plans/a.yml", "plans/b.yaml"]);
    assertEquals(await offered(["validate", "plans/b"], folder), ["plans/b.yaml"]);
    assertEquals(await offered(["execute", "missing/"], folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
