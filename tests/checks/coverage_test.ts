import { join } from "node:path";
import { coverageIn, findCoverage } from "../../src/checks/coverage.ts";
import { writeFiles } from "../support/repo.ts";
import { assertEquals } from "../support/assert.ts";

const PRINTED: Record<string, [output: string, found: ReturnType<typeof coverageIn>]> = {
  "node --test, TAP": [
    "# start of coverage report\n# file     | line % | branch % | funcs % | uncovered lines\n" +
    "# a.js     |  75.00 |   100.00 |   50.00 | 3\n# all files |  83.33 |   100.00 |   60.00 |\n",
    { of: "lines", percent: 83.33 },
  ],
  "node --test, spec": [
    "ℹ file      | line % | branch % | funcs % |\nℹ all files | 100.00 | 50.00 | 60.00 |\n",
    { of: "lines", percent: 100 },
  ],
  "jest, c8, vitest": [
    "File      | % Stmts | % Branch | % Funcs | % Lines | Uncovered Line #s\n" +
    "All files |   85.71 |       50 |     100 |   90.48 |                  \n",
    { of: "lines", percent: 90.48 },
  ],
  "deno test --coverage": [
    "| File      | Branch % | Line % |\n| --------- | -------- | ------ |\n" +
    "| All files |    100.0 |   66.7 |\n",
    { of: "lines", percent: 66.7 },
  ],
  "pytest-cov": [
    "Name      Stmts   Miss  Cover\nsrc/a.py     10      2    80%\nTOTAL        10      2    80%\n",
    { of: "statements", percent: 80, covered: 8, total: 10 },
  ],
  "pytest-cov with branches": [
    "TOTAL        50      5     12      3    88.7%\n",
    { of: "statements", percent: 88.7, covered: 45, total: 50 },
  ],
  "go test -cover": [
    "ok  \texample.com/a\t0.002s\tcoverage: 85.7% of statements\n",
    { of: "statements", percent: 85.7 },
  ],
  "go test -cover of one package, verbose": [
    "PASS\ncoverage: 85.7% of statements\nok  \texample.com/a\t0.002s\tcoverage: 85.7% of statements\n",
    { of: "statements", percent: 85.7 },
  ],
  "go test -cover of several packages": [
    "ok  \tx/a\t0.1s\tcoverage: 60.0% of statements\nok  \tx/b\t0.1s\tcoverage: 95.0% of statements\n" +
    "ok  \tx/c\t0.1s\tcoverage: [no statements]\n",
    { of: "statements", percent: 60, highest: 95, packages: 2 },
  ],
  "go tool cover -func": [
    "x/a.go:3:\tAdd\t\t100.0%\ntotal:\t\t\t\t(statements)\t\t71.4%\n",
    { of: "statements", percent: 71.4 },
  ],
  "cargo tarpaulin": [
    "|| Tested/Total Lines:\n85.71% coverage, 6/7 lines covered\n",
    { of: "lines", percent: 85.7, covered: 6, total: 7 },
  ],
  "no coverage": ["a | table | of % lines\n12 tests passed, 100% done\n", undefined],
};

for (const [tool, [output, found]] of Object.entries(PRINTED)) {
  Deno.test(`the coverage that ${tool} prints`, () => assertEquals(coverageIn(output), found));
}

Deno.test("a coverage file that the check wrote counts, a committed one does not", async () => {
  const folder = await Deno.makeTempDir();
  await writeFiles(folder, { "lcov.info": "LF:10\nLH:1\n" });
  await Deno.utime(join(folder, "lcov.info"), new Date(1000), new Date(1000));
  const since = 2000;
  assertEquals(await findCoverage(folder, "", since), undefined);
  await writeFiles(folder, {
    "coverage/lcov.info": "SF:a\nLF:10\nLH:7\nend_of_record\nSF:b\nLF:2\nLH:2\nend_of_record\n",
  });
  assertEquals(await findCoverage(folder, "", since), {
    of: "lines",
    percent: 75,
    covered: 9,
    total: 12,
    from: "coverage/lcov.info",
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a cobertura file says its lines, or at least their rate", async () => {
  const folder = await Deno.makeTempDir();
  const percentOf = async (attributes: string) => {
    await writeFiles(folder, { "coverage.xml": `<?xml version="1.0"?>\n<coverage ${attributes}>` });
    return (await findCoverage(folder, "", 0))?.percent;
  };
  assertEquals(
    await percentOf('version="7" lines-valid="8" lines-covered="6" line-rate="0.75"'),
    75,
  );
  assertEquals(await percentOf('line-rate="0.5" branch-rate="1"'), 50);
  await Deno.remove(folder, { recursive: true });
});
