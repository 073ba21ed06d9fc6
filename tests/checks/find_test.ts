import { dirname, join } from "node:path";
import { findChecks, type FoundChecks } from "../../src/checks/find.ts";
import type { CheckCommands } from "../../src/domain/settings.ts";
import { assert, assertEquals } from "../support/assert.ts";

type Files = Record<string, string | object>;

/** Writes a project, finds its checks, removes it. */
async function checksOf(files: Files, configured: CheckCommands = {}): Promise<FoundChecks> {
  const root = await Deno.makeTempDir({ prefix: "parex checks " });
  try {
    for (const [path, content] of Object.entries(files)) {
      await Deno.mkdir(dirname(join(root, path)), { recursive: true });
      const text = typeof content === "string" ? content : JSON.stringify(content);
      await Deno.writeTextFile(join(root, path), text);
    }
    return await findChecks(root, configured);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The commands by name, in the order in which they run. */
function commands({ setup, checks }: FoundChecks): Record<string, string> {
  return Object.fromEntries(
    [...(setup ? [setup] : []), ...checks].map(({ name, command }) => [name, command]),
  );
}

const SCRIPTS = { test: "node --test", lint: "eslint .", "type-check": "tsc" };
const DEPENDENCIES = { devDependencies: { eslint: "9" } };
const PYTEST = "def test_it():\n    assert True\n";
/** A lock file of uv or Poetry. */
const locked = (...names: string[]) =>
  names.map((name) => `[[package]]\nname = "${name}"\n`).join("");
const UNITTEST = "import unittest\n\nclass T(unittest.TestCase):\n    pass\n";

const PROJECTS: { project: string; files: Files; found: Record<string, string> }[] = [
  { project: "an empty folder", files: {}, found: {} },
  {
    project: "npm with a lock file",
    files: { "package.json": { scripts: SCRIPTS, ...DEPENDENCIES }, "package-lock.json": "{}" },
    found: {
      setup: "npm ci",
      typecheck: "npm run type-check",
      lint: "npm run lint",
      test: "npm run test",
    },
  },
  {
    project: "npm without a lock file",
    files: { "package.json": { scripts: { lint: "eslint ." }, ...DEPENDENCIES } },
    found: { setup: "npm install --no-package-lock", lint: "npm run lint" },
  },
  {
    project: "Node without dependencies, with npm's placeholder for a test",
    files: {
      "package.json": { scripts: { test: 'echo "Error: no test specified" && exit 1' } },
      "package-lock.json": "{}",
    },
    found: {},
  },
  {
    project: "Node whose tests watch, and end under another name",
    files: {
      "package.json": {
        scripts: { test: "vitest --watch", "test:ci": "vitest run", tsc: "tsc --watch=false" },
      },
    },
    found: { typecheck: "npm run tsc", test: "npm run test:ci" },
  },
  {
    project: "pnpm by lock file",
    files: {
      "package.json": { scripts: { test: "vitest" }, ...DEPENDENCIES },
      "pnpm-lock.yaml": "",
    },
    found: { setup: "pnpm install --frozen-lockfile", test: "pnpm run test" },
  },
  {
    project: "the old yarn",
    files: { "package.json": { scripts: { test: "jest" }, ...DEPENDENCIES }, "yarn.lock": "" },
    found: { setup: "yarn install --frozen-lockfile", test: "yarn run test" },
  },
  {
    project: "a new yarn by packageManager, beside another's lock file",
    files: {
      "package.json": {
        scripts: { test: "jest" },
        packageManager: "yarn@4.5.0+sha224.abc",
        ...DEPENDENCIES,
      },
      "package-lock.json": "{}",
      "yarn.lock": "",
    },
    found: { setup: "yarn install --immutable", test: "yarn run test" },
  },
  {
    project: "bun",
    files: { "package.json": { scripts: { test: "bun test" }, ...DEPENDENCIES }, "bun.lock": "" },
    found: { setup: "bun install --frozen-lockfile", test: "bun run test" },
  },
  {
    project: "bun without a script for its tests",
    files: { "package.json": DEPENDENCIES, "bun.lockb": "", "src/a.test.ts": "" },
    found: { setup: "bun install --frozen-lockfile", test: "bun test" },
  },
  {
    project: "bun without tests",
    files: { "package.json": { packageManager: "bun@1.2.0" }, "src/contest.ts": "" },
    found: {},
  },
  {
    project: "Deno with tasks and comments",
    files: {
      "deno.jsonc":
        '\ufeff{\n  // tasks\n  "tasks": {"test": "deno test", "check": {"command": "deno check"},},\n}\n',
    },
    found: { typecheck: "deno task check", test: "deno task test" },
  },
  {
    project: "Deno without tasks",
    files: { "deno.json": { lint: {}, compilerOptions: {} }, "src/a_test.ts": "" },
    found: { typecheck: "deno check", lint: "deno lint", test: "deno test -A" },
  },
  {
    project: "Deno without tests",
    files: { "deno.json": {}, "src/latest.ts": "", "node_modules/x/x_test.ts": "" },
    found: {},
  },
  {
    project: "uv",
    files: {
      "pyproject.toml":
        "[project]\nname='x'\n[tool.pytest.ini_options]\n[tool.ruff]\n[tool.mypy]\nfiles='src'\n",
      "uv.lock": locked("mypy", "pytest", "ruff"),
      "tests/test_x.py": PYTEST,
    },
    found: {
      setup: "uv sync --locked",
      typecheck: "uv run --locked mypy",
      lint: "uv run --locked ruff check",
      test: "uv run --locked pytest",
    },
  },
  {
    project: "uv with the tests' packages in extras and groups",
    files: {
      "pyproject.toml": "[project.optional-dependencies]\ndev=['pytest']\ncuda=['torch']\n" +
        "[dependency-groups]\ntest=['pytest-mock']\ndocs=['sphinx']\n",
      "uv.lock": locked("pytest"),
      "tests/test_x.py": PYTEST,
    },
    found: { setup: "uv sync --locked --extra dev --group test", test: "uv run --locked pytest" },
  },
  {
    project: "poetry with the tests' packages in extras",
    files: {
      "pyproject.toml": "[project.optional-dependencies]\ntest=['pytest']\ndev=['black']\n",
      "poetry.lock": locked("pytest"),
      "tests/test_x.py": PYTEST,
    },
    found: {
      setup: "poetry install --no-interaction --extras dev --extras test",
      test: "poetry run pytest",
    },
  },
  {
    project: "poetry",
    files: {
      "pyproject.toml": "",
      "poetry.lock": locked("pytest"),
      "pytest.ini": "",
      "tests/a_test.py": "",
    },
    found: { setup: "poetry install --no-interaction", test: "poetry run pytest" },
  },
  {
    project: "pip with requirements that do not name the tools",
    files: {
      "requirements.txt": "flask\n",
      "requirements-dev.txt": "pytest==8\n",
      "mypy.ini": "[mypy]\nstrict = true\n",
      "tests/test_x.py": PYTEST,
    },
    found: {
      setup: "python3 -m venv .venv && echo '*' > .venv/.gitignore && " +
        ".venv/bin/python -m pip install -q -r requirements.txt -r requirements-dev.txt mypy",
      typecheck: ".venv/bin/python -m mypy .",
      test: ".venv/bin/python -m pytest",
    },
  },
  {
    project: "pip with requirements that name other packages like the tools",
    files: {
      "requirements.txt": "mypy-extensions==1.0\npytest-cov\nruff[lsp]\n",
      "ruff.toml": "",
      "mypy.ini": "[mypy]\nfiles = src\n",
      "tests/test_x.py": PYTEST,
    },
    found: {
      setup: "python3 -m venv .venv && echo '*' > .venv/.gitignore && " +
        ".venv/bin/python -m pip install -q -r requirements.txt pytest mypy",
      typecheck: ".venv/bin/python -m mypy",
      lint: ".venv/bin/python -m ruff check",
      test: ".venv/bin/python -m pytest",
    },
  },
  {
    project: "a Python program with groups and no lock file",
    files: {
      "pyproject.toml": "[project]\nname='x'\ndependencies=['flask>=3']\n[dependency-groups]\n" +
        "dev=[{include-group='test'}, 'ruff']\ntest=['pytest', 'pytest-asyncio']\ndocs=['sphinx']\n",
      "tests/test_x.py": PYTEST,
    },
    found: {
      setup: "python3 -m venv .venv && echo '*' > .venv/.gitignore && " +
        ".venv/bin/python -m pip install -q 'flask>=3' ruff pytest pytest-asyncio",
      test: ".venv/bin/python -m pytest",
    },
  },
  {
    project: "a Python package with extras",
    files: {
      "pyproject.toml":
        "[build-system]\nrequires=[]\n[project]\nname='x'\n[project.optional-dependencies]\ndev=['pytest']\n",
      "tests/conftest.py": "",
      "tests/test_x.py": "",
    },
    found: {
      setup: "python3 -m venv .venv && echo '*' > .venv/.gitignore && " +
        ".venv/bin/python -m pip install -q -e '.[dev]'",
      test: ".venv/bin/python -m pytest",
    },
  },
  {
    project: "plain Python with unittest in packages and elsewhere",
    files: {
      "main.py": "",
      "test_main.py": UNITTEST,
      "pkg/__init__.py": "",
      "pkg/test_in.py": UNITTEST,
      "more tests/test_out.py": UNITTEST,
    },
    found: {
      test: "python3 -m unittest && python3 -m unittest discover -s 'more tests'",
    },
  },
  {
    project: "Python whose configured pytest has no tests yet",
    files: { "setup.cfg": "[tool:pytest]\n" },
    found: {},
  },
  {
    project: "Rust",
    files: { "Cargo.toml": '[package]\nname = "x"\n' },
    found: { test: "cargo test" },
  },
  {
    project: "a Rust workspace with clippy",
    files: {
      "Cargo.toml": '[workspace]\n[workspace.lints.clippy]\nall = "deny"\n',
      "Cargo.lock": "",
    },
    found: {
      lint: "cargo clippy --all-targets --workspace --locked",
      test: "cargo test --workspace --locked",
    },
  },
  {
    project: "Go",
    files: { "go.mod": "module x\n" },
    found: { lint: "go vet ./...", test: "go test ./..." },
  },
  {
    project: "Make",
    files: {
      "Makefile": "CHECK := x\nlint:=no\n.PHONY: typecheck\nall test: build\n\t@echo lint: no\n",
    },
    found: { test: "make test" },
  },
  {
    project: "Make after GNU's convention",
    files: { "makefile": "check:\n\ttrue\nlint :: x\n" },
    found: { lint: "make lint", test: "make check" },
  },
  { project: "Maven", files: { "pom.xml": "" }, found: { test: "mvn -q -B test" } },
  {
    project: "Maven with its wrapper",
    files: { "pom.xml": "", "mvnw": "" },
    found: { test: "./mvnw -q -B test" },
  },
  {
    project: "Gradle with its wrapper",
    files: { "build.gradle.kts": "", "gradlew": "" },
    found: { test: "./gradlew --no-daemon --console=plain test" },
  },
  {
    project: "Go and Node together, with a Makefile behind them",
    files: {
      "go.mod": "module x\n",
      "package.json": { scripts: { test: "node --test" } },
      "Makefile": "test:\n\ttrue\nlint:\n\ttrue\ntypecheck:\n\ttrue\n",
    },
    found: {
      typecheck: "make typecheck",
      lint: "go vet ./...",
      test: "npm run test && go test ./...",
    },
  },
];

for (const { project, files, found } of PROJECTS) {
  Deno.test(`findChecks() finds what there is in ${project}`, async () => {
    const checks = await checksOf(files);
    assertEquals(commands(checks), found);
    assertEquals(checks.notes, []);
    // Object comparison ignores the order, which is: cheap ones first.
    assertEquals(Object.keys(commands(checks)), Object.keys(found));
  });
}

Deno.test("findChecks() lets the configuration win, and switch a check off", async () => {
  const files = { "package.json": { scripts: SCRIPTS }, "Makefile": "lint:\n\ttrue\n" };
  const { checks } = await checksOf(files, { test: "./t.sh", lint: "", typecheck: "none" });
  assertEquals(checks, [{ name: "test", command: "./t.sh", from: "config" }]);
});

for (
  const script of ["jest --watchAll", "node --test --watch", "tsc -p . -w", "nodemon -x mocha"]
) {
  Deno.test(`findChecks() does not run \`${script}\`, which never ends, and says so`, async () => {
    const files = { "package.json": { scripts: { test: script } } };
    const { checks, notes } = await checksOf(files);
    assertEquals(checks, []);
    assertEquals(notes, ["package.json: the script test watches for changes, and never ends"]);
    assertEquals((await checksOf(files, { test: "npm run other" })).notes, []);
  });
}

Deno.test("findChecks() does not run a tool that the lock file does not hold, and says so", async () => {
  const { checks, notes } = await checksOf({
    "pyproject.toml": "[tool.ruff]\n",
    "uv.lock": locked("pytest", "ruff-lsp"),
    "test_x.py": PYTEST,
  });
  assertEquals(checks.map(({ command }) => command), ["uv run --locked pytest"]);
  assertEquals(notes, ["ruff is to be run, but uv.lock does not hold it"]);
});

Deno.test("findChecks() says where a combined check comes from", async () => {
  const { checks } = await checksOf({
    "package.json": { scripts: { test: "x" } },
    "deno.json": { tasks: { test: "y" } },
  });
  assertEquals(checks.map(({ from }) => from), ["package.json, deno.json"]);
});

for (
  const { manifest, text } of [
    { manifest: "package.json", text: "{ oops" },
    { manifest: "package.json", text: '{"scripts": ["test"]}' },
    { manifest: "deno.jsonc", text: "[]" },
    { manifest: "pyproject.toml", text: "[[[" },
    { manifest: "Cargo.toml", text: "= 1" },
  ]
) {
  Deno.test(`findChecks() notes a ${manifest} that says ${text} and continues`, async () => {
    const { checks, notes } = await checksOf({ [manifest]: text, "go.mod": "module x\n" });
    assertEquals(checks.map(({ from }) => from), ["go.mod", "go.mod"]);
    assertEquals(notes.length, 1);
    const [note = ""] = notes;
    assert(note.startsWith(`${manifest} cannot be understood: `), note);
    assert(!note.includes("\n"), note);
  });
}

Deno.test("findChecks() of a folder that is gone finds nothing and says so", async () => {
  const { checks, notes } = await findChecks("/nowhere/at/all", {});
  assertEquals(checks, []);
  assertEquals(notes.length, 1);
});
