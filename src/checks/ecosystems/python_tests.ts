import { dirname } from "node:path/posix";
import type { Project } from "../project.ts";

export type TestRunner =
  | { kind: "pytest" }
  /** `starts`: the folders that discovery starts from; the empty one is the root. */
  | { kind: "unittest"; starts: string[] }
  | { kind: "none" };

/** So many test files are read to find out which runner a project uses. */
const READ_FILES = 200;
const PYTEST_FILES = ["pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"];
const PYTEST_SECTIONS = [
  { file: "tox.ini", section: /^\[pytest\]/m },
  { file: "setup.cfg", section: /^\[tool:pytest\]/m },
];
const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/;
const PYTEST_STYLE = /^\s*(import|from)\s+pytest\b|^(async\s+)?def test_/m;
const UNITTEST_STYLE = /^\s*(import|from)\s+unittest\b/m;

/** The runner of a project's tests; none without tests: pytest fails when it finds none. */
export async function testRunnerOf(project: Project, inToml: boolean): Promise<TestRunner> {
  const files = await project.files();
  const tests = files.filter((path) => TEST_FILE.test(path));
  if (tests.length === 0) return { kind: "none" };
  if (inToml || await isPytestConfigured(project, files)) return { kind: "pytest" };
  const existing = new Set(files);
  const starts = new Set<string>();
  for (const path of tests.slice(0, READ_FILES)) {
    const text = await project.text(path) ?? "";
    if (PYTEST_STYLE.test(text)) return { kind: "pytest" };
    if (UNITTEST_STYLE.test(text)) starts.add(startOf(path, existing));
  }
  return starts.size > 0 ? { kind: "unittest", starts: [...starts].sort() } : { kind: "none" };
}

async function isPytestConfigured(project: Project, files: string[]): Promise<boolean> {
  if (PYTEST_FILES.some(project.has)) return true;
  if (files.some((path) => path === "conftest.py" || path.endsWith("/conftest.py"))) return true;
  for (const { file, section } of PYTEST_SECTIONS) {
    if (project.has(file) && section.test(await project.text(file) ?? "")) return true;
  }
  return false;
}

/** unittest's discovery goes down from the root only through packages. */
function startOf(test: string, files: Set<string>): string {
  const folder = dirname(test);
  for (let at = folder; at !== "."; at = dirname(at)) {
    if (!files.has(`${at}/__init__.py`)) return folder;
  }
  return "";
}
