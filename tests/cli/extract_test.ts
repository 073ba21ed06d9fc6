import { join } from "node:path";
import { loadPlan } from "../../src/plan/load.ts";
import { fenced, planText, said, taskText, transcript } from "../claude_code/conversation.ts";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { testEnv } from "../support/env.ts";
import { parexArgv, type ParexOptions } from "../support/parex.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";
import { inTime } from "../support/until.ts";
import { must } from "../support/result.ts";
import { treeOf } from "../support/tree.ts";

const PLAN = ".parallel/plans/plan.yaml";

/** A conversation in which a plan of one task was made. */
function conversation(name = "Sample", more = ""): string {
  return transcript(said(fenced("yaml", planText(["a"], name)) + taskText("a", more)));
}

/** `parex extract <args>` with an open pipe as its stdin. */
function started(repo: TempRepo, args: string[], options: ParexOptions = {}) {
  const [program, ...words] = parexArgv(["extract", ...args]);
  return new Deno.Command(program, {
    args: words,
    cwd: options.cwd ?? repo.root,
    clearEnv: true,
    env: testEnv({
      NO_COLOR: "1",
      CLAUDE_CONFIG_DIR: join(repo.root, ".git/claude"),
      ...options.env,
    }),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** `parex extract <args>` with this on stdin. */
async function extract(repo: TempRepo, args: string[], stdin = "", options: ParexOptions = {}) {
  const child = started(repo, args, options);
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("extract writes the plan of a transcript, which then is valid", async () => {
  await using repo = await tempRepo();
  await repo.write({ ".git/c.jsonl": conversation() });
  const { code, stdout, stderr } = await extract(repo, [".git/c.jsonl"]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout, `${PLAN}: Sample  1 task, line 2 of the transcript\n`);
  const plan = must(await loadPlan(join(repo.root, PLAN)));
  assertEquals(plan.tasks.map(({ id }) => id), ["a"]);
  assertEquals(await repo.read(".parallel/plans/tasks/a.md"), taskText("a"));
});

Deno.test("extract reads a transcript on stdin, or the one that a hook names there", async () => {
  await using repo = await tempRepo();
  await extract(repo, ["--to", "one"], conversation());
  await repo.write({ ".git/c.jsonl": conversation() });
  const event = { hook_event_name: "Stop", transcript_path: join(repo.root, ".git/c.jsonl") };
  await extract(repo, ["--to", "two"], `${JSON.stringify(event)}\n`);
  await extract(repo, ["-", "--to", "three"], conversation());
  const tree = await treeOf(repo.root);
  assertEquals(Object.keys(tree).filter((path) => path.endsWith("plan.yaml")), [
    "one/plan.yaml",
    "three/plan.yaml",
    "two/plan.yaml",
  ]);
});

Deno.test("extract takes the newest transcript of the project, not a subagent's", async () => {
  await using repo = await tempRepo({ name: "My repo.v2" });
  const folder = `.git/claude/projects/${repo.root.replaceAll(/[^A-Za-z0-9]/g, "-")}`;
  await repo.write({
    [`${folder}/old.jsonl`]: conversation("Old"),
    [`${folder}/new.jsonl`]: conversation("New"),
    [`${folder}/agent-1.jsonl`]: conversation("Subagent"),
    "below/file": "",
  });
  await Deno.utime(join(repo.root, folder, "old.jsonl"), 1, 1);
  const { stdout } = await extract(repo, [], "", { cwd: join(repo.root, "below") });
  assertMatch(stdout, /^\.\.\/\.parallel\/plans\/plan\.yaml: New/);
});

Deno.test("extract takes the newest transcript when its stdin stays open and silent; with - it waits", async () => {
  await using repo = await tempRepo();
  const folder = `.git/claude/projects/${repo.root.replaceAll(/[^A-Za-z0-9]/g, "-")}`;
  await repo.write({ [`${folder}/new.jsonl`]: conversation("Newest") });
  const asked = started(repo, ["-", "--to", "asked"]);
  const silent = started(repo, ["--to", "silent"]);
  const ended = await inTime("the end of its stdin", silent.output());
  await silent.stdin.close().catch(() => {});
  assertEquals(ended.code, 0);
  assertMatch(await repo.read("silent/plan.yaml"), /Newest/);
  const writer = asked.stdin.getWriter();
  await writer.write(new TextEncoder().encode(conversation("Asked")));
  await writer.close();
  assertEquals((await asked.output()).code, 0);
  assertMatch(await repo.read("asked/plan.yaml"), /Asked/);
});

Deno.test("extract says how to make a plan when there is none", async () => {
  await using repo = await tempRepo();
  const { code, stderr } = await extract(repo, [], transcript(said("A plan has tasks:\n")));
  assertEquals(code, 2);
  assertMatch(stderr, /no plan found in stdin/);
  assertMatch(stderr, /\/parex/);
  const none = await extract(repo, []);
  assertEquals(none.code, 2);
  assertMatch(none.stderr, /has no conversation/);
});

Deno.test("extract names the tasks whose text is missing and writes nothing", async () => {
  await using repo = await tempRepo();
  const half = transcript(said(fenced("yaml", planText(["a", "b"])) + taskText("a")));
  const { code, stderr } = await extract(repo, [], half);
  assertEquals(code, 2);
  assertMatch(stderr, /no whole text of b/);
  assertEquals(Object.keys(await treeOf(repo.root)), ["README.md"]);
});

Deno.test("extract writes nothing when what was found is no valid plan", async () => {
  await using repo = await tempRepo();
  const cycle = planText(["a"]).replace("dependencies: []", "dependencies: [a]");
  const { code, stderr } = await extract(
    repo,
    [],
    transcript(said(fenced("yaml", cycle) + taskText("a"))),
  );
  assertEquals(code, 2);
  assertMatch(stderr, /depends on itself|cycle/);
  assertEquals(Object.keys(await treeOf(repo.root)), ["README.md"]);
});

Deno.test("extract writes no task file outside of the plan's folder", async () => {
  await using repo = await tempRepo();
  const plan = planText(["a"]).replace("tasks/a.md", "../../../evil.md");
  const { code, stderr } = await extract(
    repo,
    [],
    transcript(said(fenced("yaml", plan) + taskText("a"))),
  );
  assertEquals(code, 2);
  assertMatch(stderr, /outside of its folder/);
  assertEquals(Object.keys(await treeOf(repo.root)), ["README.md"]);
});

Deno.test("extract puts files that are named from the top of the repository into their folder", async () => {
  await using repo = await tempRepo();
  const plan = planText(["a"]).replace("tasks/a.md", ".parallel/plans/tasks/a.md");
  const { code } = await extract(
    repo,
    [],
    transcript(said(fenced("yaml", plan) + taskText("a"))),
  );
  assertEquals(code, 0);
  assertEquals(await repo.read(".parallel/plans/tasks/a.md"), taskText("a"));
});

Deno.test("extract replaces an existing plan only with --force", async () => {
  await using repo = await tempRepo();
  await extract(repo, [], conversation());
  const before = await treeOf(repo.root);
  const again = await extract(repo, [], conversation());
  assertEquals([again.code, again.stderr], [
    0,
    "Nothing to do: the same files are there already.\n",
  ]);
  const refused = await extract(repo, [], conversation("Sample", " Differently."));
  assertEquals(refused.code, 2);
  assertMatch(refused.stderr, /tasks\/a\.md already exists; nothing was written/);
  assertEquals(await treeOf(repo.root), before);
  const forced = await extract(repo, ["--force"], conversation("Sample", " Differently."));
  assertEquals(forced.code, 0);
  assertMatch(await repo.read(".parallel/plans/tasks/a.md"), /Differently/);
});

Deno.test("extract leaves all as it was when a file cannot be put in its place", async () => {
  await using repo = await tempRepo();
  await extract(repo, [], conversation());
  await Deno.remove(join(repo.root, PLAN));
  await repo.write({ [`${PLAN}/in the way`]: "" });
  const before = await treeOf(repo.root);
  const { code } = await extract(repo, ["--force"], conversation("Sample", " Differently."));
  assert(code !== 0);
  assertEquals(await treeOf(repo.root), before);
});

Deno.test("extract lists plans of the same message, and takes the one that is picked", async () => {
  await using repo = await tempRepo();
  const options = ["One", "Two"].map((name) =>
    fenced("yaml", planText(["a"], name)) + taskText("a", ` As ${name}.`)
  );
  const both = transcript(said(options.join("\n")));
  const { code, stderr } = await extract(repo, [], both);
  assertEquals(code, 2);
  assertMatch(stderr, /^1 {2}One {2}1 task.*\n2 {2}Two {2}1 task/);
  assertEquals((await extract(repo, ["--pick", "3"], both)).code, 2);
  assertEquals((await extract(repo, ["--pick", "2"], both)).code, 0);
  assertMatch(await repo.read(".parallel/plans/tasks/a.md"), /As Two/);
});
