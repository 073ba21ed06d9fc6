import { z } from "zod";
import type { CheckCommands } from "../../domain/settings.ts";
import type { Detected, Project } from "../project.ts";

const Names = z.record(z.string(), z.unknown()).optional();
const Manifest = z.object({
  scripts: z.record(z.string(), z.string()).default({}),
  packageManager: z.string().optional(),
  dependencies: Names,
  devDependencies: Names,
  optionalDependencies: Names,
  workspaces: z.unknown().optional(),
});
type Manifest = z.infer<typeof Manifest>;

interface PackageManager {
  name: string;
  locks: string[];
  /** Installs exactly what the lock file says. */
  locked: string;
  /** Installs without leaving a lock file in the tree. */
  loose: string;
}

const MANAGERS: readonly PackageManager[] = [
  {
    name: "pnpm",
    locks: ["pnpm-lock.yaml"],
    locked: "pnpm install --frozen-lockfile",
    loose: "pnpm install --no-lockfile",
  },
  {
    name: "yarn",
    locks: ["yarn.lock"],
    locked: "yarn install --frozen-lockfile",
    loose: "yarn install --no-lockfile",
  },
  {
    name: "bun",
    locks: ["bun.lock", "bun.lockb"],
    locked: "bun install --frozen-lockfile",
    loose: "bun install --no-save",
  },
  {
    name: "npm",
    locks: ["package-lock.json", "npm-shrinkwrap.json"],
    locked: "npm ci",
    loose: "npm install --no-package-lock",
  },
];

/** Yarn 2 and later know other flags. Without a lock file it always writes one. */
const MODERN_YARN: PackageManager = {
  name: "yarn",
  locks: ["yarn.lock"],
  locked: "yarn install --immutable",
  loose: "yarn install --no-immutable",
};

/** If `test` watches files, projects have a script that ends under one of the other names. */
const TEST_SCRIPTS = ["test", "test:ci", "test:run", "test:once"];
const TYPECHECK_SCRIPTS = ["typecheck", "type-check", "check-types", "tsc"];
/** As `bun test` itself looks for them. */
const BUN_TEST_FILE = /[._](test|spec)\.(js|jsx|ts|tsx)$/;
/** Options that make a tool wait for changes at its end, even if `CI` is set. */
const WATCHES = /\s--watch(?:-?all)?(?=\s|$)(?!\s+false\b)|\btsc\b[^&|;]*\s-w(?=\s|$)|\bnodemon\b/i;

/** Node: the scripts of `package.json`, run by the project's own package manager. */
export async function node(project: Project): Promise<Detected | undefined> {
  const manifest = await project.manifest(
    "package.json",
    (text) => Manifest.parse(JSON.parse(text)),
  );
  if (!manifest) return undefined;
  const manager = managerOf(manifest, project);
  const commands: CheckCommands = {};
  if (needsInstall(manifest, project)) {
    commands.setup = manager.locks.some(project.has) ? manager.locked : manager.loose;
  }
  const mergeVerdict: NonNullable<Detected["mergeVerdict"]> = {};
  const take = (check: keyof CheckCommands, names: string[]) => {
    const there = names.filter((name) => isScript(manifest.scripts[name]));
    const script = there.find((name) => !WATCHES.test(manifest.scripts[name] ?? ""));
    if (script) commands[check] = `${manager.name} run ${script}`;
    else if (there.length > 0) {
      mergeVerdict[check] = `package.json: the script ${
        there[0]
      } watches for changes, and never ends`;
    }
  };
  take("test", TEST_SCRIPTS);
  // Bun has its own test runner, so its projects need no script.
  const runsItself = manager.name === "bun" && !commands.test && !mergeVerdict.test;
  if (runsItself && (await project.files()).some((path) => BUN_TEST_FILE.test(path))) {
    commands.test = "bun test";
  }
  take("lint", ["lint"]);
  take("typecheck", TYPECHECK_SCRIPTS);
  return { from: "package.json", commands, mergeVerdict };
}

/** Whether it is more than what `npm init` writes. */
function isScript(script = ""): boolean {
  return script !== "" && !script.includes("no test specified");
}

function managerOf(manifest: Manifest, project: Project): PackageManager {
  const [declared, version] = manifest.packageManager?.split("@") ?? [];
  const manager = MANAGERS.find(({ name }) => name === declared) ??
    MANAGERS.find(({ locks }) => locks.some(project.has));
  if (manager?.name === "yarn" && isModernYarn(version, project)) return MODERN_YARN;
  return manager ?? MANAGERS[MANAGERS.length - 1]!;
}

function isModernYarn(version: string | undefined, project: Project): boolean {
  return version === undefined ? project.has(".yarnrc.yml") : !/^[01]\./.test(version);
}

function needsInstall(manifest: Manifest, project: Project): boolean {
  const { dependencies, devDependencies, optionalDependencies, workspaces } = manifest;
  return [dependencies, devDependencies, optionalDependencies]
    .some((names) => names && Object.keys(names).length > 0) ||
    workspaces !== undefined || project.has("pnpm-workspace.yaml");
}
