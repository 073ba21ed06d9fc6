/** Projects with what real ones have: submodules, filters, tools that look around. */
import { join } from "node:path";
import { assert, assertEquals, assertMatch } from "../support/assert.ts";
import { gateAt } from "../support/gate.ts";
import { findTool } from "../support/needs.ts";
import { eventsOf, rig } from "../support/rig.ts";

const NO_COMMIT = "1".repeat(40);

Deno.test("submodules that the user has not initialised need no network, however many there are", async () => {
  await using stage = await rig({ tasks: { a: {}, b: {}, c: {} } });
  const paths = Array.from({ length: 30 }, (_, at) => `vendor/lib-${at}`);
  const entries = paths.map((path) =>
    `[submodule "${path}"]\n\tpath = ${path}\n\turl = https://127.0.0.1:1/${path}\n`
  );
  await stage.repo.write({ ".gitmodules": entries.join("") });
  const links = paths.flatMap((path) => ["--cacheinfo", `160000,${NO_COMMIT},${path}`]);
  await stage.repo.git(["update-index", "--add", ...links]);
  await stage.repo.git(["add", ".gitmodules"]);
  await stage.repo.git(["commit", "-qm", "libraries"]);
  // As in a fresh clone.
  for (const path of paths) await Deno.mkdir(join(stage.root, path), { recursive: true });
  const config = await stage.repo.read(".git/config");
  const { code, events, failure } = await stage.execute({ land: "merge" });
  assertEquals([code, failure], [0, undefined]);
  assertEquals(eventsOf(events, "notice").map(({ message }) => message), []);
  assertEquals(
    (await stage.repo.read(".git/config")).includes("submodule"),
    config.includes("submodule"),
  );
});

Deno.test("Ctrl-C ends a run that waits for a submodule's remote", async () => {
  await using stage = await rig();
  await using gate = await gateAt(join(stage.home, "gates/ssh"));
  await stage.repo.git(["clone", "-q", stage.root, "lib"]);
  await stage.repo.write({
    ".gitmodules": '[submodule "lib"]\n\tpath = lib\n\turl = ssh://nowhere/lib\n',
  });
  // The checkout has the submodule, but not the commit that is wanted.
  await stage.repo.git(["update-index", "--add", "--cacheinfo", `160000,${NO_COMMIT},lib`]);
  await stage.repo.git(["add", ".gitmodules"]);
  await stage.repo.git(["commit", "-qm", "library"]);
  await stage.repo.git(
    ["remote", "set-url", "origin", "ssh://nowhere/lib"],
    join(stage.root, "lib"),
  );
  const ssh = join(stage.home, "ssh");
  await Deno.writeTextFile(ssh, `#!/bin/sh\n${gate.wait}`, { mode: 0o755 });
  const run = stage.start(["execute", "--allow-dirty"], { env: { GIT_SSH_COMMAND: ssh } });
  await gate.reached();
  run.signal("SIGINT");
  const { code, stdout, stderr } = await run.ended;
  assertEquals(code, 130, stderr);
  assertMatch(stdout, /parex resume/);
  assertEquals(await stage.left(), []);
});

/** Clears the outputs of a notebook, and writes it in its own way. */
const CLEAN = `import json, sys
book = json.load(sys.stdin)
for cell in book["cells"]:
    cell["outputs"] = []
json.dump(book, sys.stdout, indent=1, sort_keys=True)
`;

Deno.test({
  name: "what a notebook's filter would change is nobody's work",
  ignore: findTool("python3") === undefined,
  fn: async () => {
    const notebook = JSON.stringify({ cells: [{ source: "1 + 1", outputs: ["2"] }] });
    await using stage = await rig({
      tasks: { idle: {}, works: {} },
      files: { "book.ipynb": notebook, "clean.py": CLEAN },
      agent: { idle: "true\n", works: "echo done > works.txt\n" },
    });
    await stage.repo.git(["config", "filter.notebook.clean", `python3 ${stage.root}/clean.py`]);
    await stage.repo.git(["config", "filter.notebook.smudge", "cat"]);
    await stage.repo.write({ ".gitattributes": "*.ipynb filter=notebook\n" });
    await stage.repo.git(["add", ".gitattributes"]);
    await stage.repo.git(["commit", "-qm", "filter", "--", ".gitattributes"]);
    const { record } = await stage.execute({ land: "merge", attempts: 1, allowDirty: true });
    assertEquals(record.tasks.get("idle")?.reason, "no_changes");
    assertEquals(record.tasks.get("works")?.landed?.how, "merge");
    const changed = ["diff", "--name-only", "main~1...main^2"];
    assertEquals(await stage.repo.git(changed), "works.txt");
  },
});

/** A folder with `node_modules` that has jest and ESLint 8; without it, their tests are ignored. */
const TOOLS = Deno.env.get("PAREX_TEST_NODE_TOOLS");

Deno.test({
  name: "ESLint without root finds one configuration, and the user's jest sees no worktree",
  ignore: TOOLS === undefined,
  fn: async () => {
    await using stage = await rig({
      files: {
        "package.json": '{ "jest": { "testEnvironment": "node" } }',
        ".gitignore": "node_modules\n",
        ".eslintrc.json":
          '{ "plugins": ["local"], "rules": { "no-undef": 2 }, "env": { "es6": true } }',
        "one.test.js": 'test("one", () => {});\n',
        "src/one.js": "const one = 1;\n",
      },
    });
    const plugin = join(stage.root, "node_modules/eslint-plugin-local");
    await Deno.mkdir(plugin, { recursive: true });
    await Deno.writeTextFile(join(plugin, "index.js"), "module.exports = {};\n");
    // Two copies of a plugin, the worktree's and the user's, are an error to ESLint.
    const setup =
      `mkdir node_modules && ln -s ${TOOLS}/node_modules/* ${TOOLS}/node_modules/.bin node_modules && ` +
      "mkdir -p node_modules/eslint-plugin-local && echo > node_modules/eslint-plugin-local/index.js";
    await stage.repo.write({
      ".parallel/config.yaml":
        `setup: ${setup}\nlint: node_modules/.bin/eslint src\ntest: node_modules/.bin/jest --ci\n`,
    });
    await stage.repo.commit("configure");
    const { code, events } = await stage.execute({ land: "none" });
    assertEquals(code, 0, JSON.stringify(eventsOf(events, "task.status").at(-1)));
    const jest = await new Deno.Command("node", {
      args: [`${TOOLS}/node_modules/jest/bin/jest.js`, "--listTests", "--rootDir", stage.root],
      cwd: stage.root,
    }).output();
    const listed = new TextDecoder().decode(jest.stdout).trim().split("\n");
    assertEquals(listed, [join(stage.root, "one.test.js")]);
  },
});

Deno.test({
  name: "a git-ignored go.work of the user's decides nothing in a worktree",
  ignore: findTool("go") === undefined,
  fn: async () => {
    await using stage = await rig({
      files: {
        "go.mod": "module example.org/app\n\ngo 1.18\n",
        "one.go": "package app\n\nfunc One() int { return 1 }\n",
        "one_test.go":
          'package app\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {\n\tif One() != 1 {\n\t\tt.Fatal()\n\t}\n}\n',
        ".gitignore": "go.work\n",
      },
      config: "setup: none\nlint: none\ntypecheck: none\ntest: go test ./...\n",
    });
    // It names other modules than this one: go refuses to test what is not among them.
    await stage.repo.write({
      "go.work": "go 1.18\n\nuse ./elsewhere\n",
      "elsewhere/go.mod": "module elsewhere\n",
    });
    const run = await stage.parex(["execute", "--allow-dirty"], {
      env: {
        GOWORK: join(stage.root, "go.work"),
        GOCACHE: join(stage.home, "go"),
        GOFLAGS: "-mod=mod",
      },
    });
    assertEquals(run.code, 0, run.stderr + run.stdout);
    assert(run.stdout.includes("1 of 1"), run.stdout);
  },
});

Deno.test({
  name: "with Poetry in an activated environment, each task tests its own source",
  ignore: findTool("poetry") === undefined,
  fn: async () => {
    const own = `sed -i "s/NAME = .*/NAME = '$PAREX_TASK_ID'/" app/__init__.py\n`;
    await using stage = await rig({
      tasks: { a: {}, b: {}, c: {} },
      files: {
        "pyproject.toml":
          '[tool.poetry]\nname = "app"\nversion = "1.0.0"\ndescription = ""\nauthors = []\n' +
          '[tool.poetry.dependencies]\npython = ">=3.8"\n' +
          '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n',
        "app/__init__.py": "NAME = 'app'\n",
        "seen.py": "import app, os\nprint(app.__file__)\n" +
          "assert os.path.dirname(app.__file__) == os.path.join(os.path.realpath(os.environ['PAREX_WORKTREE']), 'app')\n",
      },
      config: "setup: poetry install --no-interaction\n" +
        'test: cd / && poetry --directory "$PAREX_WORKTREE" run python "$PAREX_WORKTREE/seen.py"\n',
      agent: { any: own },
    });
    const venv = join(stage.home, "venv");
    const made = await new Deno.Command("python3", { args: ["-m", "venv", venv] }).output();
    assert(made.success);
    const installed = async () =>
      (await Array.fromAsync(Deno.readDir(join(venv, "lib")), ({ name }) => name))
        .flatMap((name) =>
          [...Deno.readDirSync(join(venv, "lib", name, "site-packages"))].map((entry) => entry.name)
        ).sort();
    const before = await installed();
    const run = await stage.parex(["execute", "--jobs", "3", "--land", "none"], {
      env: {
        VIRTUAL_ENV: venv,
        PATH: `${venv}/bin:${Deno.env.get("PATH")}`,
        POETRY_CACHE_DIR: join(stage.home, "cache"),
        POETRY_VIRTUALENVS_PATH: join(stage.home, "venvs"),
      },
    });
    assertEquals(run.code, 0, run.stdout + run.stderr);
    assertEquals(await installed(), before);
  },
});
