import { join } from "node:path";
import { z } from "zod";
import { parse } from "yaml";
import { Failed } from "../../domain/failed.ts";
import { findFrontmatter } from "../../plan/frontmatter.ts";
import { exists } from "../../util/files.ts";

/** How a plan's issues are to look, beside what parex writes. */
export interface IssueTemplate {
  /** Before each title. */
  title: string;
  labels: string[];
  assignees: string[];
  milestone?: string | undefined;
  /** Above parex's part. */
  body: string;
}

/** Where a repository keeps it. */
export const TEMPLATE_PATH = ".github/ISSUE_TEMPLATE/parex.md";

/** GitHub writes lists as one text with commas, too. */
const NAMES = z.union([z.array(z.coerce.string()), z.string()]).nullish().transform((value) =>
  (typeof value === "string" ? value.split(",") : value ?? [])
    .map((name) => name.trim()).filter((name) => name !== "")
);
const FRONTMATTER = z.object({
  title: z.string().nullish().transform((value) => value ?? ""),
  labels: NAMES,
  assignees: NAMES,
  milestone: z.coerce.string().optional(),
});

/**
 * Reads an issue template in the form of GitHub's own, with `milestone` as one more key. Without a path: the
 * repository's `.github/ISSUE_TEMPLATE/parex.md`, or an empty template. Fails with `usage`.
 */
export async function readIssueTemplate(root: string, path?: string): Promise<IssueTemplate> {
  const file = path ?? join(root, TEMPLATE_PATH);
  if (path === undefined && !exists(file)) return asTemplate("", "");
  const text = await Deno.readTextFile(file).catch((error) => {
    throw refused(file, error);
  });
  const found = findFrontmatter(text);
  if (typeof found === "string") return asTemplate("", text);
  try {
    return asTemplate(text.slice(0, found.end), text.slice(found.body));
  } catch (error) {
    throw refused(file, error);
  }
}

function asTemplate(yaml: string, body: string): IssueTemplate {
  return { ...FRONTMATTER.parse(parse(yaml.replace(/^\s*---[ \t]*\r?\n/, "")) ?? {}), body };
}

function refused(file: string, error: unknown): Failed {
  const why = error instanceof z.ZodError
    ? z.prettifyError(error)
    : error instanceof Error
    ? error.message
    : String(error);
  return new Failed({
    reason: "usage",
    message: `cannot read the issue template ${file}: ${why}`,
    hint: "write it like GitHub's own: title, labels, assignees and milestone between --- lines",
  });
}
