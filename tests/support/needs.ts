/** Where a program stands on the PATH. */
export function findTool(name: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  return folders.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/**
 * For `Deno.test({ ...needs("gh", findTool("gh")), … })`: a test of a real tool is ignored where
 * that tool is missing, except in CI, where a skipped test is a failure.
 */
export function needs(tool: string, found: string | undefined): { ignore: boolean } {
  if (found === undefined && Deno.env.get("CI") === "true") {
    throw new Error(`the tests of ${tool} need ${tool}, and CI has none`);
  }
  return { ignore: found === undefined };
}
