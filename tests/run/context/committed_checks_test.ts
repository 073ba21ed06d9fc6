import { findChecks } from "../../../src/checks/find.ts";
import { openRepository } from "../../../src/git/repository.ts";
import { CommittedChecks } from "../../../src/run/context/committed_checks.ts";
import { assert, assertEquals } from "../../support/assert.ts";
import { rig } from "../../support/rig.ts";

Deno.test("a commit has the checks that are found in its checkout", async () => {
  const test = "import unittest\n\nclass T(unittest.TestCase):\n    pass\n";
  const projects: Record<string, string>[] = [
    { "deno.json": "{}\n", "src/a_test.ts": "", "vendor/b_test.ts": "" },
    { "deno.json": "{}\n", "vendor/b_test.ts": "" },
    { "package.json": '\ufeff{"scripts": {"test": "node --test", "lint": "eslint ."}}\n' },
    { "pyproject.toml": "[tool.mypy]\n", "checks/test_a.py": test },
    { "Makefile": "test:\n\ttrue\n" },
  ];
  for (const files of projects) {
    await using stage = await rig({ files });
    const { checks } = await findChecks(stage.root, {});
    const committed = new CommittedChecks(await openRepository(stage.root));
    assertEquals(await committed.at("main"), checks);
    assert(checks.length > 0 || "vendor/b_test.ts" in files);
  }
});
