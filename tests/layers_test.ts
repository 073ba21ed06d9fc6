/**
 * The import rules of the codebase guide in CONTRIBUTING.md, read from the syntax tree of every file.
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals } from "./support/assert.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const BELOW_GITHUB = ["exec", "util", "domain"];
const GIT = ["git", "git/rescue", "git/worktrees"];
const BELOW_RUN = [...GIT, "github", "agent", "checks", "recovery", "journal", "plan"];
const BELOW_RUN_ROOMS = [...BELOW_RUN, ...BELOW_GITHUB, "machines"];
const RUN = ["run", "run/context", "run/task", "run/landing", "run/resume", "run/maintenance"];
const REPORT = ["report", "report/run", "report/live", "report/messages", "report/commands"];
const BELOW_CLI = [...RUN, ...BELOW_RUN_ROOMS, "config", ...REPORT];

/**
 * A room (a folder of `src`, or a folder within one that is listed here; `main.ts`), and the other
 * rooms that it may import.
 */
const LAYERS: Record<string, readonly string[]> = {
  "main.ts": ["cli", ...BELOW_CLI],
  cli: ["demo", "planner", "hook", "claude_code", "web", ...BELOW_CLI],
  web: ["web/page", "run/task", "journal", "git", "agent", "exec", "util", "domain"],
  // Runs in the browser.
  "web/page": ["report/run", "report", "domain"],
  claude_code: ["plan", "util", "domain"],
  demo: ["planner", "run/task", "git", "exec", "util", "domain"],
  hook: ["hook/shell", "journal", "git", "plan", "exec", "util", "domain"],
  "hook/shell": ["exec", "domain"],
  run: [...RUN, ...BELOW_RUN_ROOMS, "config", ...REPORT],
  "run/maintenance": ["run/landing", "run/context", "report/run", ...BELOW_RUN_ROOMS],
  "run/resume": ["run/task", "run/context", ...BELOW_RUN_ROOMS],
  "run/landing": [
    "run/task",
    "run/context",
    "report/github",
    "report/messages",
    ...BELOW_RUN_ROOMS,
  ],
  "run/task": ["run/context", "report/run", "report/messages", ...BELOW_RUN_ROOMS],
  "run/context": ["report/messages", ...BELOW_RUN_ROOMS],
  recovery: [...GIT, "exec", "util", "domain"],
  "git/worktrees": ["git/rescue", "git", "exec", "util", "domain"],
  "git/rescue": ["git", "exec", "util", "domain"],
  git: ["exec", "util", "domain"],
  github: BELOW_GITHUB,
  agent: ["exec", "util", "domain"],
  checks: ["exec", "util", "domain"],
  journal: ["exec", "util", "domain"],
  config: ["util", "domain"],
  planner: ["plan", "agent", "exec", "util", "domain"],
  plan: ["util", "domain"],
  "report/commands": ["report", "report/run", "report/messages", "domain"],
  "report/live": ["report", "report/run", "domain"],
  "report/github": ["report", "domain"],
  "report/messages": ["report", "domain"],
  "report/run": ["report", "domain"],
  report: ["domain"],
  exec: ["util", "domain"],
  machines: ["domain"],
  util: ["domain"],
  domain: [],
};

/** Packages and globals that only these may use: a file, or a folder with a slash at its end. */
const HOMES: Record<string, readonly string[]> = {
  zx: ["src/exec/sh.ts"],
  xstate: ["machines/", "src/run/"],
  "@anthropic-ai/sdk": ["src/recovery/"],
  preact: ["src/web/page/"],
  "@dagrejs/dagre": ["src/web/page/"],
  diff2html: ["src/web/page/"],
  "node:child_process": ["src/exec/"],
  "Deno.Command": ["src/exec/"],
  "Deno.exit": ["src/main.ts"],
  "process.exit": ["src/main.ts"],
  console: [],
};

/** The packages of the layers that are pure. */
const PACKAGES: Record<string, readonly string[]> = { domain: [], machines: ["xstate"] };

interface Use {
  kind: "import" | "global";
  name: string;
  line: number;
}

Deno.test("every folder of src has a layer", async () => {
  const folders = new Set((await sources()).map(layerOf));
  assertEquals([...folders].filter((folder) => !Object.hasOwn(LAYERS, folder)), []);
});

Deno.test("imports go downwards only", () => assertNoBreach(importsUpwards));
Deno.test("no files import each other in a circle, not even for types", async () => {
  const imports = new Map<string, string[]>();
  for (const file of await sources()) {
    const uses = usesOf(file, await Deno.readTextFile(join(ROOT, file)));
    imports.set(
      file,
      uses.flatMap(({ kind, name }) => {
        const target = kind === "import" ? localTarget(file, name) : undefined;
        return target === undefined ? [] : [target];
      }),
    );
  }
  assertEquals(circleIn(imports), []);
});
Deno.test("circleIn() names the files of a circle", () => {
  const imports = new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", ["b"]], ["d", []]]);
  assertEquals(circleIn(imports), ["b", "c", "b"]);
});
Deno.test("rooms form no circle", () => {
  assertEquals(circleIn(new Map(Object.entries(LAYERS))), []);
});
Deno.test("a package with a home is imported nowhere else", () => assertNoBreach(leavesHome));
Deno.test("domain and machines import no other package", () => assertNoBreach(needsPackage));

Deno.test("the rules name the file, the line and what is allowed", () => {
  const breachesOf = (file: string, source: string) => breaches(file, source, ...RULES);
  assertEquals(breachesOf("src/git/a.ts", 'import "../run/ports.ts";'), [
    "src/git/a.ts:1 imports src/run/ports.ts, but git may import only: exec, util, domain",
  ]);
  assertEquals(breachesOf("src/plan/a.ts", '\nimport("npm:zx@8/globals");'), [
    "src/plan/a.ts:2 imports zx, which belongs to: src/exec/sh.ts",
  ]);
  assertEquals(breachesOf("src/run/a.ts", "console.log(1);"), [
    "src/run/a.ts:1 uses console, which belongs to: no file",
  ]);
  assertEquals(breachesOf("src/domain/a.ts", 'import "yaml";'), [
    "src/domain/a.ts:1 imports yaml, but domain may import only: nothing",
  ]);
  assertEquals(breachesOf("src/main.ts", 'import "./cli/io.ts"; Deno.exit(1);'), []);
});

Deno.test("usesOf() sees static, dynamic and type imports, re-exports and globals", () => {
  const found = usesOf(
    "a.ts",
    `import a from "zx";
import type { B } from "./b.ts";
export * from "./c.ts";
export { d } from "./d.ts";
const e = () => import("./e.ts");
type F = import("./f.ts").F;
// import("./comment.ts"); console.log("comment");
const text = "Deno.exit(1)";
globalThis.console.log(text);
new Deno.Command("x");`,
  );
  assertEquals(found.map((use) => `${use.line} ${use.name}`), [
    "1 zx",
    "2 ./b.ts",
    "3 ./c.ts",
    "4 ./d.ts",
    "5 ./e.ts",
    "6 ./f.ts",
    "9 console",
    "10 Deno.Command",
  ]);
});

/** What is wrong with a use of something in this file, if anything is. */
type Rule = (file: string, use: Use) => string | undefined;

const importsUpwards: Rule = (file, use) => {
  const target = use.kind === "import" ? localTarget(file, use.name) : undefined;
  if (target === undefined) return;
  const [from, to] = [layerOf(file), layerOf(target)];
  const allowed = LAYERS[from] ?? [];
  if (from === to || allowed.includes(to)) return;
  return `imports ${target}, but ${from} may import only: ${allowed.join(", ") || "itself"}`;
};

const leavesHome: Rule = (file, use) => {
  const name = use.kind === "import" ? packageOf(use.name) ?? "" : use.name;
  const homes = new Map(Object.entries(HOMES)).get(name);
  if (homes === undefined || isWithin(file, homes)) return;
  const verb = use.kind === "import" ? "imports" : "uses";
  return `${verb} ${name}, which belongs to: ${homes.join(" and ") || "no file"}`;
};

const needsPackage: Rule = (file, use) => {
  const name = use.kind === "import" ? packageOf(use.name) : undefined;
  const allowed = PACKAGES[layerOf(file)];
  if (name === undefined || allowed === undefined || allowed.includes(name)) return;
  return `imports ${name}, but ${layerOf(file)} may import only: ${allowed.join() || "nothing"}`;
};

const RULES = [importsUpwards, leavesHome, needsPackage];

async function assertNoBreach(rule: Rule) {
  const found: string[] = [];
  for (const file of await sources()) {
    found.push(...breaches(file, await Deno.readTextFile(join(ROOT, file)), rule));
  }
  assertEquals(found, []);
}

function breaches(file: string, source: string, ...rules: Rule[]): string[] {
  return usesOf(file, source).flatMap((use) =>
    rules.map((rule) => rule(file, use)).filter((breach) => breach !== undefined)
      .map((breach) => `${file}:${use.line} ${breach}`)
  );
}

/** The first circle that these arrows make, its beginning named twice; empty if there is none. */
function circleIn(arrows: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const visit = (at: string, path: readonly string[]): string[] => {
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at];
    if (done.has(at)) return [];
    for (const next of arrows.get(at) ?? []) {
      if (next === at) continue;
      const found = visit(next, [...path, at]);
      if (found.length > 0) return found;
    }
    done.add(at);
    return [];
  };
  for (const at of arrows.keys()) {
    const found = visit(at, []);
    if (found.length > 0) return found;
  }
  return [];
}

/** The TypeScript files of `src` and `machines`, relative to the root. */
async function sources(): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(join(ROOT, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) await walk(path);
      else if (/\.tsx?$/.test(path)) found.push(path);
    }
  };
  await walk("src");
  await walk("machines");
  return found.sort();
}

/** What a source imports, and which of the globals with a home it names. */
function usesOf(file: string, source: string): Use[] {
  const uses: Use[] = [];
  const plugin: Deno.lint.Plugin = {
    name: "layers",
    rules: {
      uses: {
        create(context) {
          const add = (kind: Use["kind"], name: string, node: Deno.lint.Node) => {
            const line = source.slice(0, node.range[0]).split("\n").length;
            uses.push({ kind, name, line });
          };
          const addSource = (node: Deno.lint.Node & { source: Deno.lint.Node | null }) => {
            if (node.source?.type === "Literal") add("import", String(node.source.value), node);
          };
          return {
            ImportDeclaration: addSource,
            ExportAllDeclaration: addSource,
            ExportNamedDeclaration: addSource,
            ImportExpression: addSource,
            TSImportType(node) {
              const name = /["']([^"']+)["']/.exec(context.sourceCode.getText(node))?.[1];
              if (name !== undefined) add("import", name, node);
            },
            MemberExpression(node) {
              const member = context.sourceCode.getText(node).replace(/^globalThis\./, "");
              if (Object.hasOwn(HOMES, member)) add("global", member, node);
            },
            Identifier(node) {
              const isName = node.parent.type !== "MemberExpression" || node.parent.object === node;
              if (isName && node.name === "console") add("global", node.name, node);
            },
          };
        },
      },
    },
  };
  Deno.lint.runPlugin(plugin, file, source);
  return uses;
}

/** `src/git/push.ts` lies in `git`, `src/git/rescue/note.ts` in `git/rescue`, `src/main.ts` in `main.ts`. */
function layerOf(file: string): string {
  const [top, second, third] = file.split("/");
  if (top !== "src" || second === undefined) return top ?? file;
  const within = `${second}/${third}`;
  return Object.hasOwn(LAYERS, within) ? within : second;
}

/** The file of this repository that a specifier names, relative to the root. */
function localTarget(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(ROOT, join(ROOT, dirname(file), specifier));
}

/** `npm:zx@8/globals` and `zx/globals` are both `zx`; undefined for a file of this repository. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".")) return undefined;
  if (specifier.startsWith("node:")) return specifier;
  return /^(?:npm:\/?)?((?:@[^/]+\/)?[^/@]+)/.exec(specifier)?.[1];
}

function isWithin(file: string, homes: readonly string[]): boolean {
  return homes.some((home) => home.endsWith("/") ? file.startsWith(home) : file === home);
}
