import { join } from "node:path";
import fc from "fast-check";
import { spellingsOf, taskEnv } from "../../src/exec/task_env.ts";
import { assertEquals } from "../support/assert.ts";

const TREE = { worktree: "/code/app.worktrees/task-1", checkouts: ["/code/app", "/links/app"] };
const T = TREE.worktree;

/** The variable, what parex has it as, what a task has it as (undefined: not at all), and why. */
const TABLE: [string, string, string | undefined, string][] = [
  // Position.
  ["PWD", "/code/app", T, "opencode and others believe it rather than ask the system"],
  ["OLDPWD", "/code/app", undefined, "`cd -` would leave the worktree"],
  ["INIT_CWD", "/code/app", undefined, "npm's scripts write to where the user called npm"],
  ["CDPATH", ".:/code", undefined, "`cd src` would go to the user's src"],
  ["_", "/code/app/node_modules/.bin/parex", undefined, "the shell's last command, not the task's"],
  ["TMPDIR", "/code/app/tmp", undefined, "the worktree has no such folder"],
  ["TMPDIR", "", undefined, "an empty one is refused by some programs"],
  ["TMPDIR", "tmp", undefined, "a relative one is another folder for each process"],
  ["TMPDIR", "/var/tmp", "/var/tmp", "the user's choice"],
  // Search paths.
  [
    "PATH",
    "/code/app/node_modules/.bin:/usr/bin:/links/app/bin:./bin",
    `${T}/node_modules/.bin:/usr/bin:${T}/bin:./bin`,
    "npm run puts the user's programs first",
  ],
  ["PATH", "/code/app-2/bin:/mnt/code/app/bin", "/code/app-2/bin:/mnt/code/app/bin", "neighbours"],
  ["PYTHONPATH", "/code/app/src", `${T}/src`, "the check would import the user's source"],
  ["PYTHONPATH", ":/code/app/lib:", `:${T}/lib:`, "an empty item means the current folder"],
  ["NODE_PATH", "/code/app/lib:/usr/lib/node", `${T}/lib:/usr/lib/node`, "as PYTHONPATH"],
  ["PERL5LIB", "/code/app/lib", `${T}/lib`, "as PYTHONPATH"],
  ["RUBYLIB", "/code/app/lib", `${T}/lib`, "as PYTHONPATH"],
  ["CLASSPATH", "/code/app/out:/opt/a.jar", `${T}/out:/opt/a.jar`, "as PYTHONPATH"],
  ["MYPYPATH", "/code/app/stubs", `${T}/stubs`, "as PYTHONPATH"],
  ["LD_LIBRARY_PATH", "/code/app/build", `${T}/build`, "the user's build would be tested"],
  ["PKG_CONFIG_PATH", "/code/app/pc", `${T}/pc`, "as LD_LIBRARY_PATH"],
  ["LUA_PATH", "/code/app/?.lua;;", `${T}/?.lua;;`, "lists with other separators"],
  [
    "COMPOSE_FILE",
    "/code/app/a.yml:/code/app/b.yml",
    `${T}/a.yml:${T}/b.yml`,
    "the task's services",
  ],
  // One place.
  ["GOWORK", "/code/app/go.work", `${T}/go.work`, "go would build the user's modules"],
  ["GOPATH", "/code/app/.go", `${T}/.go`, "go install would write into the checkout"],
  ["BUNDLE_GEMFILE", "/code/app/Gemfile", `${T}/Gemfile`, "direnv and bundle exec set it"],
  ["CARGO_TARGET_DIR", "/code/app/target", `${T}/target`, "tasks would run each other's binaries"],
  ["CARGO_TARGET_DIR", "/big/target", "/big/target", "outside: the user's choice, cargo locks it"],
  ["PIPENV_PIPFILE", "/code/app/Pipfile", `${T}/Pipfile`, "pipenv would take the user's project"],
  ["UV_PROJECT_ENVIRONMENT", "/envs/app", undefined, "all tasks would install into one"],
  ["TURBO_CACHE_DIR", "/code/app/.turbo", `${T}/.turbo`, "a cache may say what passed elsewhere"],
  ["NX_CACHE_DIRECTORY", "/code/app/.nx", `${T}/.nx`, "as TURBO_CACHE_DIR"],
  ["CLAUDE_PROJECT_DIR", "/code/app", T, "an agent's hooks would run the user's scripts"],
  ["DOCS_URL", "https://code/app/x", "https://code/app/x", "a host is no folder"],
  ["A_PATH", "//code/app/x", `/${T}/x`, "the system takes two slashes for one"],
  ["KUBECONFIG", "/code/app/kube.yaml", `${T}/kube.yaml`, "points into the checkout"],
  // Within texts.
  ["DATABASE_URL", "sqlite:////code/app/dev.db", `sqlite:///${T}/dev.db`, "tasks would share data"],
  ["CFLAGS", "-O2 -I/code/app/include", `-O2 -I${T}/include`, "the user's headers"],
  ["JAVA_TOOL_OPTIONS", "-javaagent:/code/app/a.jar", `-javaagent:${T}/a.jar`, "the user's agent"],
  ["NODE_OPTIONS", "--import file:///code/app/a.mjs", `--import file://${T}/a.mjs`, "as CFLAGS"],
  [
    "NODE_OPTIONS",
    "--require /code/app/.pnp.cjs --max-old-space-size=4096",
    "--max-old-space-size=4096",
    "before yarn is installed there is no such file, and no node starts",
  ],
  ["NODE_OPTIONS", "--inspect-brk=9229", undefined, "every node would wait for a debugger"],
  ["GOFLAGS", "-mod=vendor -race", "-race", "only the user's tree may have vendor/"],
  ["GOFLAGS", "-modfile=/code/app/dev.mod", `-modfile=${T}/dev.mod`, "as GOWORK"],
  ["RUBYOPT", "-W0 -rbundler/setup", "-W0", "bundle exec around parex"],
  ["BASH_ENV", "/code/app/env.sh", `${T}/env.sh`, "every bash of the task reads it"],
  // Activated environments.
  ["VIRTUAL_ENV", "/code/app/.venv", undefined, "pip and poetry would install into it"],
  ["VIRTUAL_ENV", "/home/u/.cache/venvs/app", undefined, "its editable install is the checkout"],
  ["VIRTUAL_ENV_PROMPT", "app", undefined, "as VIRTUAL_ENV"],
  ["_OLD_VIRTUAL_PATH", "/code/app/bin", undefined, "as VIRTUAL_ENV"],
  ["POETRY_ACTIVE", "1", undefined, "poetry would take the active environment"],
  ["PIPENV_ACTIVE", "1", undefined, "as POETRY_ACTIVE"],
  ["HATCH_ENV_ACTIVE", "default", undefined, "as POETRY_ACTIVE"],
  ["CONDA_PREFIX", "/code/app/env", undefined, "conda's of the project"],
  ["CONDA_PREFIX", "/home/u/conda/envs/app", undefined, "poetry installs into a named one"],
  ["PYTHONHOME", "/code/app/.venv", undefined, "python would not start without it in the tree"],
  // A parent's state.
  ["npm_lifecycle_event", "parex", undefined, "npm run around parex"],
  ["npm_package_name", "app", undefined, "as npm_lifecycle_event"],
  ["npm_package_json", "/code/app/package.json", undefined, "as npm_lifecycle_event"],
  ["npm_config_local_prefix", "/code/app", undefined, "npm install would go to the checkout"],
  ["npm_config_registry", "https://npm.example", "https://npm.example", "the user's choice"],
  ["PROJECT_CWD", "/code/app", undefined, "yarn around parex"],
  ["PNPM_SCRIPT_SRC_DIR", "/code/app", undefined, "pnpm around parex"],
  ["TURBO_HASH", "1f", undefined, "turbo around parex"],
  ["TURBO_TOKEN", "secret", "secret", "the user's account"],
  ["NX_TASK_TARGET_PROJECT", "app", undefined, "nx would take the task for one of its own"],
  ["NODE_CHANNEL_FD", "3", undefined, "node would talk to a file that is not its parent's"],
  ["NODE_TEST_CONTEXT", "child-v8", undefined, "node --test would print nothing readable"],
  ["JEST_WORKER_ID", "1", undefined, "libraries look at it to find out who tests"],
  ["VITEST_POOL_ID", "1", undefined, "as JEST_WORKER_ID"],
  ["PYTEST_CURRENT_TEST", "a.py::b", undefined, "as JEST_WORKER_ID"],
  ["MAKEFLAGS", "-j --jobserver-auth=3,4", undefined, "the job server is not open here"],
  ["CARGO_MANIFEST_DIR", "/code/app", undefined, "cargo run around parex"],
  ["DIRENV_DIFF", "eJx…", undefined, "direnv would undo in the worktree what it did elsewhere"],
  ["DIRENV_DIR", "-/code/app", undefined, "as DIRENV_DIFF"],
  ["__MISE_DIFF", "eJx…", undefined, "as DIRENV_DIFF"],
  ["VSCODE_INSPECTOR_OPTIONS", "{}", undefined, "a debugger would attach to every node"],
  ["CLAUDE_CODE_SSE_PORT", "4711", undefined, "agents would attach to the user's editor"],
  ["GIT_AUTHOR_DATE", "@1 +0000", undefined, "a hook around parex: all commits of one second"],
  ["GIT_CEILING_DIRECTORIES", "/home", "/code/app.worktrees", "git's search ends at the worktree"],
  // What is left alone.
  ["HOME", "/home/u", "/home/u", "the user's own settings and caches"],
  ["SSH_AUTH_SOCK", "/run/agent", "/run/agent", "the user's keys"],
  ["EMPTY", "", "", "empty is not absent"],
];

for (const [name, given, expected, reason] of TABLE) {
  Deno.test(`taskEnv(): ${name}=${given} becomes ${expected ?? "nothing"}: ${reason}`, () => {
    assertEquals(taskEnv({ [name]: given }, TREE)[name], expected);
  });
}

Deno.test("taskEnv() takes the programs of an activated environment off the PATH", () => {
  const env = {
    VIRTUAL_ENV: "/envs/app",
    BERRY_BIN_FOLDER: "/tmp/xfs-1",
    PATH: "/tmp/xfs-1:/envs/app/bin/:/envs/app-2/bin:/usr/bin",
  };
  assertEquals(taskEnv(env, TREE).PATH, "/envs/app-2/bin:/usr/bin");
});

Deno.test("taskEnv() leaves conda's own environment, which is where the programs are", () => {
  const env = { CONDA_PREFIX: "/opt/conda", CONDA_DEFAULT_ENV: "base", PATH: "/opt/conda/bin" };
  const { CONDA_PREFIX, CONDA_DEFAULT_ENV, PATH } = taskEnv(env, TREE);
  assertEquals({ CONDA_PREFIX, CONDA_DEFAULT_ENV, PATH }, env);
});

Deno.test("taskEnv() does not change paths in a HOME that is a repository", () => {
  const env = { HOME: "/home/u", PATH: "/home/u/.cargo/bin", NVM_DIR: "/home/u/.nvm" };
  const dotfiles = { worktree: "/home/u.worktrees/a", checkouts: ["/home/u"] };
  const { HOME, PATH, NVM_DIR } = taskEnv(env, dotfiles);
  assertEquals({ HOME, PATH, NVM_DIR }, env);
});

Deno.test("taskEnv() does not change paths into a worktree inside the checkout", () => {
  const inside = { worktree: "/code/app/worktrees/a", checkouts: ["/code/app"] };
  const env = { PYTHONPATH: "/code/app/worktrees/a/src:/code/app/worktrees/ab:/code/app/src" };
  const { PYTHONPATH } = taskEnv(env, inside);
  const [a, ab, app] = PYTHONPATH?.split(":") ?? [];
  assertEquals([a, app], ["/code/app/worktrees/a/src", "/code/app/worktrees/a/src"]);
  assertEquals(ab, "/code/app/worktrees/a/worktrees/ab");
});

Deno.test("taskEnv() moves a path with characters that URLs escape", () => {
  const tree = { worktree: "/w/my app/a", checkouts: ["/code/my app"] };
  const env = { A: "/code/my app/x", B: "file:///code/my%20app/x" };
  const { A, B } = taskEnv(env, tree);
  assertEquals([A, B], ["/w/my app/a/x", "file:///w/my%20app/a/x"]);
});

Deno.test("no variable of a task points into the checkout, whatever parex's own environment is", () => {
  const checkout = fc.constantFrom(...TREE.checkouts);
  const item = fc.oneof(
    checkout,
    fc.tuple(checkout, fc.constantFrom("/", "/src", "/.venv/bin", "/a b/c")).map((p) => p.join("")),
    fc.constantFrom("", "/usr/bin", "/code/app-2", "/code/app.worktrees/task-2", "rel/x", "-v"),
  );
  const flag = fc.tuple(fc.constantFrom("", "-I", "-L", "--file=", "file://", "@"), item);
  const value = fc.tuple(fc.array(flag.map((f) => f.join("")), { maxLength: 5 }), SEPARATOR)
    .map(([items, separator]) => items.join(separator));
  const name = fc.oneof(
    fc.constantFrom(...TABLE.map(([name]) => name)),
    fc.stringMatching(/^[A-Z_]{1,12}$/),
  );
  fc.assert(fc.property(fc.dictionary(name, value), (env) => {
    const result = Object.entries(taskEnv({ ...env, HOME: "/home/u" }, TREE));
    assertEquals(result.filter(([, value]) => CHECKOUT.test(value)), []);
  }));
});

/** Not followed by more of the name, nor preceded by a folder that it lies in. */
const CHECKOUT = /(?:(?<![\w/])|-[A-Z]|:\/\/)\/(?:code|links)\/app(?![\w.-])/;
const SEPARATOR = fc.constantFrom(":", ";", ",", " ", "\n");

Deno.test("spellingsOf() finds the symbolic links that lead to the checkout", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "parex-env-" }));
  try {
    const app = join(folder, "app");
    await Deno.mkdir(join(app, "src"), { recursive: true });
    await Deno.symlink(folder, join(folder, "my link"));
    await Deno.symlink(app, join(folder, "short"));
    const env = {
      PATH: `/usr/bin:${folder}/my link/app/bin`,
      CFLAGS: `-I${folder}/short/include`,
      PYTHONPATH: `${folder}/app/../app/src`,
    };
    const found = spellingsOf([app], env);
    assertEquals(found.sort(), [
      `${folder}/app`,
      `${folder}/app/../app`,
      `${folder}/my link/app`,
      `${folder}/short`,
    ]);
    const moved = taskEnv(env, { worktree: "/w", checkouts: found });
    assertEquals([moved.PATH, moved.CFLAGS], ["/usr/bin:/w/bin", "-I/w/include"]);
    assertEquals(moved.PYTHONPATH, "/w/src");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
