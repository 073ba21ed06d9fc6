/** Plans drafted from a sentence: with the real Claude CLI, whose model follows a script, and with a command. */
import { join } from "node:path";
import { loadPlan } from "../../src/plan/load.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { claudeEnv, findClaude } from "../support/models/clients.ts";
import { type Step, tool } from "../support/models/script.ts";
import { serveModels } from "../support/models/server.ts";
import { needs } from "../support/needs.ts";
import { parex } from "../support/parex.ts";
import { rig } from "../support/rig.ts";
import { type TempRepo, tempRepo } from "../support/repo.ts";

const claude = findClaude();
const realClaude = needs("the Claude CLI", claude);

/** A task as a planner drafts it. */
function drafted(id: string, dependencies: string[] = [], file = `src/${id}.ts`) {
  return {
    id,
    name: `Build ${id}`,
    priority: "medium",
    dependencies,
    objective: `There is ${id}.`,
    approach: "As the code around it.",
    files: { create: [file], modify: [], delete: [], read: ["README.md"] },
    tests: [`tests/${id}_test.ts`],
    acceptance: [`${id} works`],
    notes: "",
  };
}

/** The model answers with a draft. */
function answers(...tasks: ReturnType<typeof drafted>[]): Step {
  return tool("StructuredOutput", { name: "Three parts", tasks });
}

const WISHES: Record<string, { wish: string; drafts: Step[]; parallel: string[][] }> = {
  "three parts and what they share": {
    wish: "Work on auth, dashboard and analytics in parallel",
    drafts: [
      answers(drafted("auth"), drafted("dashboard", ["auth"]), drafted("analytics", ["dashboard"])),
      answers(
        drafted("shared"),
        drafted("auth", ["shared"]),
        drafted("dashboard", ["shared"]),
        drafted("analytics", ["shared"]),
      ),
    ],
    parallel: [["shared"], ["auth", "dashboard", "analytics"]],
  },
  "two tasks that would change one file": {
    wish: "Add an export and an import",
    drafts: [
      answers(drafted("export", [], "src/main.ts"), drafted("import", [], "src/main.ts")),
      answers(drafted("export"), drafted("import")),
    ],
    parallel: [["export", "import"]],
  },
  "a draft that is no plan": {
    wish: "Make the search faster",
    drafts: [
      answers(drafted("index", ["query"]), drafted("query", ["index"])),
      answers(drafted("index"), drafted("query"), drafted("screen", ["index", "query"])),
    ],
    parallel: [["index", "query"], ["screen"]],
  },
};

for (const [name, { wish, drafts, parallel }] of Object.entries(WISHES)) {
  Deno.test({
    name: `Claude drafts ${name}, and is sent back until the plan is parallel`,
    ...realClaude,
    fn: async () => {
      await using stage = await rig({ tasks: {} });
      await Deno.remove(join(stage.root, ".parallel"), { recursive: true });
      await stage.repo.git(["commit", "-qam", "no plan"]);
      await using api = serveModels({ plan: drafts });
      const home = join(stage.home, "home");
      await Deno.mkdir(home, { recursive: true });
      const env = { ...claudeEnv(api, home), PAREX_CLAUDE: claude ?? "", PAREX_AGENT: "claude" };
      const { code, stdout, stderr } = await stage.parex(["plan", wish, "--yes", "--json"], {
        env,
      });
      assertEquals(code, 0, stderr + stdout);
      const plan = await loadPlan(join(stage.root, ".parallel/plans"));
      assert(plan.ok, JSON.stringify(plan));
      assertEquals(plan.value.warnings, []);
      const { rounds, steps, width } = JSON.parse(stdout);
      assertEquals([rounds, steps, width], [
        2,
        parallel.length,
        Math.max(...parallel.map((ids) => ids.length)),
      ]);
      for (const [step, ids] of parallel.entries()) {
        for (const id of ids) {
          const waits = plan.value.tasks.find((task) => task.id === id)?.dependencies ?? [];
          assert(waits.every((other) => parallel.slice(0, step).flat().includes(other)), id);
        }
      }
      const asked = api.requests.filter(({ task }) => task === "plan");
      assert(
        asked.every(({ tools }) => !tools.includes("Write") && !tools.includes("Bash")),
        asked[0]?.tools.join(),
      );
      assert(asked.some(({ model }) => model.includes("sonnet")), asked[0]?.model);
    },
  });
}

interface Planner extends AsyncDisposable {
  repo: TempRepo;
  /** `parex plan <args>` with a planner that prints these drafts, one after the other. */
  plan(args: string[], ...drafts: unknown[]): ReturnType<typeof parex>;
  /** What the planner was asked, in order. */
  asked(): Promise<string[]>;
}

async function planner(files: Record<string, string> = {}): Promise<Planner> {
  const repo = await tempRepo({ files });
  const notes = join(repo.root, "../notes");
  await Deno.mkdir(notes);
  const script =
    `n=$(ls "${notes}" | grep -c ask); cat > "${notes}/ask.$n"; cat "${notes}/draft.$n"`;
  return {
    repo,
    plan: async (args, ...drafts) => {
      for (const [at, draft] of drafts.entries()) {
        await Deno.writeTextFile(join(notes, `draft.${at}`), JSON.stringify(draft));
      }
      const env = { PAREX_AGENT: "command", PAREX_AGENT_COMMAND: script };
      return await parex(["plan", ...args], { cwd: repo.root, env });
    },
    asked: async () => {
      const names = [...Deno.readDirSync(notes)].map(({ name }) => name)
        .filter((name) => name.startsWith("ask")).sort();
      return await Promise.all(names.map((name) => Deno.readTextFile(join(notes, name))));
    },
    [Symbol.asyncDispose]: () => repo[Symbol.asyncDispose](),
  };
}

Deno.test("plan shows the schedule, the estimate and the files, and writes nothing unless agreed", async () => {
  await using stage = await planner();
  const { code, stdout, stderr } = await stage.plan(["Build", "a", "and", "b"], {
    name: "Two",
    tasks: [drafted("a"), drafted("b", ["a"])],
  });
  assertEquals(code, 1);
  for (
    const line of [
      "Two: 2 tasks in 2 steps",
      "estimated cost",
      "Step 2",
      "after a",
      "plans/tasks/b.md",
    ]
  ) {
    assert(stdout.includes(line), `${line} in ${stdout}`);
  }
  assert(stderr.includes("Nothing was written"), stderr);
  assertEquals(await stage.repo.git(["status", "--porcelain"]), "");
});

Deno.test("plan reads the request from a file, and repeats all of it for a planner without memory", async () => {
  await using stage = await planner({ "issue.md": "The clock is slow.\n" });
  const chain = [drafted("a"), drafted("b", ["a"]), drafted("c", ["b"])];
  const { code } = await stage.plan(
    ["issue.md", "--yes"],
    { name: "Clock", tasks: chain },
    { name: "Clock", tasks: [drafted("a"), drafted("b"), drafted("c")] },
  );
  assertEquals(code, 0);
  const [first = "", second = ""] = await stage.asked();
  assert(first.includes("The clock is slow."), first);
  assert(second.startsWith(first) && second.includes("all 3 tasks are one chain"), second);
});

Deno.test("plan keeps what the work demands after its rounds, and says what it would change", async () => {
  await using stage = await planner();
  const chain = { name: "Chain", tasks: [drafted("a"), drafted("b", ["a"]), drafted("c", ["b"])] };
  const { code, stdout } = await stage.plan(["x", "--yes", "--rounds", "2"], chain, chain, chain);
  assertEquals([code, (await stage.asked()).length], [0, 2]);
  assert(stdout.includes("Left as it is\n  all 3 tasks are one chain"), stdout);
});

Deno.test("plan writes no draft that is invalid, and says why", async () => {
  await using stage = await planner();
  const cycle = { name: "Cycle", tasks: [drafted("a", ["b"]), drafted("b", ["a"])] };
  const { code, stderr } = await stage.plan(["x", "--yes"], cycle, "no plan", cycle);
  assertEquals(code, 2);
  assert(stderr.includes("the answer holds no JSON"), stderr);
  assert(stderr.includes("2 tasks wait for each other: a → b → a"), stderr);
  assertEquals(await stage.repo.git(["status", "--porcelain"]), "");
});

Deno.test("plan --add puts a task at the end of the plan and leaves every other byte", async () => {
  const before = `# mine
metadata:
  name: "Garden" # old
tasks:
  - id: dig
    name: Dig
    description: Dig the beds.
    priority: high
    dependencies: []

success_criteria: [flowers]
`;
  await using stage = await planner({ ".parallel/plans/plan.yaml": before });
  const { code, stderr } = await stage.plan(["--add", "--yes", "Water the beds"], {
    name: "Other",
    tasks: [drafted("water", ["dig"])],
  });
  assertEquals(code, 0, stderr);
  const [first = ""] = await stage.asked();
  assert(first.includes("dig (pending): Dig"), first);
  const after = await stage.repo.read(".parallel/plans/plan.yaml");
  assertEquals(
    after,
    before.replace(
      "    dependencies: []\n",
      `    dependencies: []
  - id: water
    name: Build water
    file: tasks/water.md
    priority: medium
    dependencies:
      - dig
`,
    ),
  );
  const plan = await loadPlan(join(stage.repo.root, ".parallel/plans"));
  assert(plan.ok);
  assertEquals(plan.value.tasks.map(({ id }) => id), ["dig", "water"]);
});

Deno.test("plan does not call a planner if a plan already exists", async () => {
  await using stage = await planner({ ".parallel/plans/plan.yaml": "tasks: []\n" });
  const { code, stderr } = await stage.plan(["x", "--yes"], { name: "X", tasks: [drafted("a")] });
  assertEquals([code, await stage.asked()], [2, []]);
  assert(stderr.includes("--add"), stderr);
});

Deno.test("demo --plan drafts a plan without a key, which the demo's agent can execute", async () => {
  const dir = await Deno.makeTempDir({ prefix: "parex-demo-" });
  try {
    const { code, stdout, stderr } = await parex(["demo", "--plan", "--dir", dir]);
    assertEquals(code, 0, stderr);
    assert(stderr.includes("all 6 tasks are one chain of 6 steps"), stderr);
    assert(stdout.includes("up to 3 tasks at the same time; 2 drafts"), stdout);
    assert((await loadPlan(join(dir, ".parallel/plans"))).ok);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
