import { z } from "zod";
import type { CheckCommands } from "../../domain/settings.ts";
import { parseToml } from "../parsers.ts";
import { shellWord } from "../../exec/quote.ts";
import type { Detected, Project } from "../project.ts";
import { testRunnerOf } from "./python_tests.ts";

const Manifest = z.object({
  "build-system": z.unknown().optional(),
  "dependency-groups": z.record(z.string(), z.unknown()).default({}),
  project: z.object({
    dependencies: z.array(z.string()).default([]),
    "optional-dependencies": z.record(z.string(), z.unknown()).default({}),
  }).optional(),
  tool: z.object({
    pytest: z.unknown().optional(),
    ruff: z.unknown().optional(),
    mypy: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
});
type Manifest = z.infer<typeof Manifest>;

const MANIFESTS = ["pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "tox.ini"];
/** Each holds the packages that its tool installs, and no others. */
const LOCKS = ["uv.lock", "poetry.lock"];
const REQUIREMENTS = [
  "requirements.txt",
  "requirements-dev.txt",
  "requirements_dev.txt",
  "dev-requirements.txt",
  "requirements-test.txt",
  "requirements_test.txt",
  "test-requirements.txt",
];
/** Extras and groups that hold what tests need, by custom. */
const EXTRAS = ["dev", "test", "tests", "testing"];

/** How a Python tool is called. */
type Call = (tool: string, args?: string) => string;

/** Python: uv, poetry or pip; pytest or unittest; ruff and mypy where they are configured. */
export async function python(project: Project): Promise<Detected | undefined> {
  const from = MANIFESTS.find(project.has) ??
    [...project.names].sort().find((name) => name.endsWith(".py"));
  if (!from) return undefined;
  const manifest = await project.manifest(
    "pyproject.toml",
    (text) => Manifest.parse(parseToml(text)),
  );
  const runner = await testRunnerOf(project, manifest?.tool?.pytest !== undefined);
  const lints = manifest?.tool?.ruff !== undefined || ["ruff.toml", ".ruff.toml"].some(project.has);
  const mypy = await mypyArgs(project, manifest);
  const tools = [
    ...(runner.kind === "pytest" ? ["pytest"] : []),
    ...(lints ? ["ruff"] : []),
    ...(mypy === undefined ? [] : ["mypy"]),
  ];
  const { setup, call } = await environmentOf(project, manifest, tools);
  const commands: CheckCommands = {};
  const mergeVerdict: NonNullable<Detected["mergeVerdict"]> = {};
  const lock = LOCKS.find(project.has);
  const locked = lock && await project.text(lock);
  const take = (check: keyof CheckCommands, tool: string, args?: string) => {
    const isThere = locked === undefined || locked.includes(`name = "${tool}"`);
    if (isThere) commands[check] = call(tool, args);
    else mergeVerdict[check] = `${tool} is to be run, but ${lock} does not hold it`;
  };
  if (setup) commands.setup = setup;
  if (runner.kind === "pytest") take("test", "pytest");
  if (runner.kind === "unittest") {
    commands.test = runner.starts.map((start) => unittest(call, start)).join(" && ");
  }
  if (lints) take("lint", "ruff", " check");
  if (mypy !== undefined) take("typecheck", "mypy", mypy);
  return { from, commands, mergeVerdict };
}

function unittest(call: Call, start: string): string {
  return call("unittest", start === "" ? "" : ` discover -s ${shellWord(start)}`);
}

/** mypy's arguments if it is configured: what to check, unless the configuration says so. */
async function mypyArgs(project: Project, manifest?: Manifest): Promise<string | undefined> {
  const inToml = manifest?.tool?.mypy;
  if (inToml) return "files" in inToml || "packages" in inToml ? "" : " .";
  for (const name of ["mypy.ini", ".mypy.ini", "setup.cfg"].filter(project.has)) {
    const text = await project.text(name);
    if (text === undefined || !/^\[mypy\]/m.test(text)) continue;
    return /^(files|packages)\s*=/m.test(text) ? "" : " .";
  }
  return undefined;
}

/** What makes the environment that the tools run in, and how they are called there. */
async function environmentOf(
  project: Project,
  manifest: Manifest | undefined,
  tools: string[],
): Promise<{ setup?: string | undefined; call: Call }> {
  const extras = neededOf(manifest?.project?.["optional-dependencies"]);
  if (project.has("uv.lock")) {
    // Of the groups, uv installs only `dev` by default; `uv run` removes nothing.
    const groups = neededOf(manifest?.["dependency-groups"]);
    const added = [...options("--extra", extras), ...options("--group", groups)].join("");
    // Locked: a check must not write a new lock file into the tree.
    return { setup: `uv sync --locked${added}`, call: direct("uv run --locked") };
  }
  if (project.has("poetry.lock")) {
    const added = options("--extras", extras).join("");
    return { setup: `poetry install --no-interaction${added}`, call: direct("poetry run") };
  }
  const wanted = await pipArguments(project, manifest, tools);
  if (wanted.length === 0) return { call: module("python3") };
  const setup = [
    "python3 -m venv .venv",
    // Not every project ignores it, and Python before 3.13 does not either.
    "echo '*' > .venv/.gitignore",
    `.venv/bin/python -m pip install -q ${wanted.join(" ")}`,
  ];
  return { setup: setup.join(" && "), call: module(".venv/bin/python") };
}

function neededOf(declared: Record<string, unknown> = {}): string[] {
  return EXTRAS.filter((name) => name in declared);
}

function options(option: string, names: string[]): string[] {
  return names.map((name) => ` ${option} ${name}`);
}

function direct(runner: string): Call {
  return (tool, args = "") =>
    tool === "unittest" ? `${runner} python -m unittest${args}` : `${runner} ${tool}${args}`;
}

function module(interpreter: string): Call {
  return (tool, args = "") => `${interpreter} -m ${tool}${args}`;
}

/** What pip installs; nothing if the project names no packages. */
async function pipArguments(
  project: Project,
  manifest: Manifest | undefined,
  tools: string[],
): Promise<string[]> {
  const files = REQUIREMENTS.filter(project.has);
  const isPackage = manifest?.["build-system"] !== undefined || project.has("setup.py");
  const groups = manifest?.["dependency-groups"] ?? {};
  const grouped = neededOf(groups).flatMap((name) => groups[name])
    .filter((requirement) => typeof requirement === "string");
  const listed = [...isPackage ? [] : manifest?.project?.dependencies ?? [], ...grouped];
  if (files.length === 0 && !isPackage && listed.length === 0) return [];
  const declared = manifest?.project?.["optional-dependencies"] ?? {};
  const extras = neededOf(declared);
  const named = [
    ...await Promise.all(files.map(project.text)),
    ...extras.map((name) => JSON.stringify(declared[name])),
    ...listed,
  ].join("\n");
  const list = extras.length > 0 ? `[${extras.join(",")}]` : "";
  return [
    ...files.map((file) => `-r ${file}`),
    ...(isPackage ? [`-e ${shellWord(`.${list}`)}`] : []),
    ...[...new Set(listed)].map(shellWord),
    // `mypy-extensions` does not contain mypy.
    ...tools.filter((tool) => !new RegExp(`(?<![\\w-])${tool}(?![\\w-])`).test(named)),
  ];
}
