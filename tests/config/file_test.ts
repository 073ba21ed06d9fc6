import fc from "fast-check";
import { fromFile, parseConfig } from "../../src/config/file.ts";
import { KEYS, SETTINGS } from "../../src/config/table.ts";
import { assert, assertEquals } from "../support/assert.ts";
import { failureFrom } from "../support/result.ts";

/** `line:column code` of every problem. */
function problemsOf(text: string): string[] {
  return parseConfig("/repo/config.yaml", text).problems
    .map((problem) => `${problem.line}:${problem.column} ${problem.code}`);
}

function valuesOf(text: string): Record<string, unknown> {
  const { given, problems } = parseConfig("/repo/config.yaml", text);
  assertEquals(problems, []);
  return Object.fromEntries([...given].map(([key, { value }]) => [key, value]));
}

Deno.test("parseConfig() reads settings in every spelling of a real file", () => {
  assertEquals(valuesOf("jobs: 4\n"), { jobs: 4 });
  assertEquals(valuesOf("\ufeff---\r\n# how many\r\njobs: 4 # agents\r\n"), { jobs: 4 });
  assertEquals(valuesOf("idle-timeout: 5m\ncheck_jobs: 2"), { idleTimeoutMs: "5m", checkJobs: 2 });
  assertEquals(valuesOf("{test: 'npm test', copy: [.env, config/*.local]}"), {
    test: "npm test",
    copy: [".env", "config/*.local"],
  });
  assertEquals(valuesOf("copy: &files [a]\nonly: *files"), { copy: ["a"], only: ["a"] });
});

Deno.test("parseConfig() reads a name with a dot as a mapping, too", () => {
  const escalate = { recoveryEscalate: "sonnet" };
  assertEquals(valuesOf("recovery:\n  escalate: sonnet\n"), escalate);
  assertEquals(valuesOf("recovery.escalate: sonnet\n"), escalate);
  assertEquals(problemsOf("recovery: {escalat: sonnet}\n"), ["1:12 unknown-key"]);
  assertEquals(problemsOf("recovery: {model: x}\nrecovery.model: y\n"), ["2:1 duplicate-key"]);
  assertEquals(problemsOf("jobs: {escalate: 3}\n"), []);
});

Deno.test("parseConfig() takes a file that says nothing", () => {
  for (const text of ["", "\n", "# nothing yet\n", "---\n", "~", "{}"]) {
    assertEquals(valuesOf(text), {}, JSON.stringify(text));
  }
});

Deno.test("parseConfig() names every unknown and repeated key with its place", () => {
  assertEquals(
    problemsOf("jobs: 4\nbuget: 3\n\n  \nidle_timeout: 1\nidle-timeout: 2\n7: x\n"),
    ["2:1 unknown-key", "6:1 duplicate-key", "7:1 unknown-key"],
  );
  assertEquals(problemsOf("jobs: 1\nbuget: 3\njobs: 2\n"), [
    "2:1 unknown-key",
    "3:1 duplicate-key",
  ]);
  assertEquals(problemsOf("recovery: {model: x, model: y}\n"), ["1:22 duplicate-key"]);
  const { problems } = parseConfig("/repo/config.yaml", "buget: 3\nzzzzzz: 1\n");
  assertEquals(problems[0]?.hint, "did you mean budget?");
  assert(problems[1]?.hint.includes("jobs, agent, agents, agent-command"), problems[1]?.hint);
});

Deno.test("parseConfig() says where the YAML is wrong", () => {
  assertEquals(problemsOf("jobs: 4\ntest: [npm\n"), ["3:1 yaml"]);
  assertEquals(problemsOf("test: !shell npm test\n"), ["1:7 yaml"]);
  assertEquals(problemsOf("- jobs\n"), ["1:1 not-a-mapping"]);
  assertEquals(problemsOf("just words\n"), ["1:1 not-a-mapping"]);
});

Deno.test("parseConfig() bounds what a file can cost", () => {
  assert(problemsOf("[".repeat(20_000)).length <= 5);
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++) {
    const [name, before] = ["abcdefghi"[i], "abcdefghi"[i - 1]];
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`);
  }
  assertEquals(problemsOf(bomb.join("\n")), ["1:1 yaml-limit"]);
});

Deno.test("parseConfig() never throws, for any text and any spoilt config", () => {
  const line = fc.tuple(
    fc.constantFrom(...KEYS.map((key) => SETTINGS[key].name), "x", "- ", "&a *a"),
    fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.constant("*a"), fc.constant("&a 1")),
  ).map(([name, value]) => `${name}: ${value}`);
  const config = fc.array(line).map((lines) => lines.join("\n"));
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), config), (text) => {
    const { given, problems } = parseConfig("/repo/config.yaml", text);
    for (const { line, column } of [...problems, ...[...given.values()].map((g) => g.origin)]) {
      assert(line >= 1 && column >= 1, `no place: ${line}:${column}`);
    }
  }));
});

Deno.test("fromFile() treats a missing file as empty, and reports an unreadable one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missing = await fromFile(`${folder}/.parallel/config.yaml`);
    assert(missing.given.size === 0 && missing.problems.length === 0);
    await failureFrom(fromFile(folder), "io_failed");
    await Deno.writeTextFile(`${folder}/large.yaml`, "#".repeat(5 * 1024 * 1024 + 1));
    const large = await fromFile(`${folder}/large.yaml`);
    assertEquals(large.problems.map((problem) => problem.code), ["too-large"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
