/** Files of tests run side by side in one process, whose variables and folder all of them have. */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { assertEquals } from "./support/assert.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts")) yield path;
  }
}

async function matches(folder: string, pattern: RegExp, allowed?: RegExp): Promise<string[]> {
  const found: string[] = [];
  for await (const path of sources(ROOT + folder)) {
    const file = relative(ROOT, path);
    if (allowed?.test(file)) continue;
    const lines = (await Deno.readTextFile(path)).split("\n");
    lines.forEach((line, at) => {
      if (pattern.test(line)) found.push(`${file}:${at + 1}`);
    });
  }
  return found;
}

const CHANGES = /(\bDeno\.(env\.(set|delete)|chdir|umask)|\bprocess\.(chdir|env\.\w+ *=[^=]))/;
const READS = /\bDeno\.env\.(get|toObject|has)\b/;

Deno.test("no test, and nothing that it calls, changes the process's variables or its folder", async () => {
  assertEquals(await matches("tests", CHANGES, /side_by_side_test/), []);
  assertEquals(await matches("src", CHANGES), []);
});

Deno.test("parex reads its environment in one place, where a test puts another one", async () => {
  assertEquals(await matches("src", READS, /^src\/exec\/env\.ts/), []);
});
