import { TIMEOUTS } from "../domain/timeouts.ts";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { Failed } from "../domain/failed.ts";
import { exists, io } from "../util/files.ts";
import { entries, Git } from "../git/git.ts";
import type { Repository } from "../git/repository.ts";
import { SHORTEST_SECRET } from "../domain/redact.ts";

/** Variables with such names have secret values. */
const SECRET_NAME =
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|(^|_)(KEY|PASS|AUTH|PAT|DSN)(_|$)/i;
/** Each line of a multi-line value, such as a key, may appear alone in an output. */
const SHORTEST_LINE = 8;
const SHORTEST_PLAIN = 8;
const MAX_FILES = 200;
const MAX_BYTES = 1024 * 1024;

/** A variable of an environment. */
type Variable = readonly [name: string, value: string];

/**
 * The values that must not leave this machine: from the `.env` files in the checkout and in these worktrees,
 * and from environment variables with secret-looking names. Fails if they cannot be read.
 */
export async function secretsOf(
  repo: Repository,
  worktrees: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const variables = secretVariables(env);
  for (const folder of [repo.root, ...worktrees]) {
    const found = await envFileVariables(repo, folder);
    variables.push(...found);
  }
  return searched(variables.map(([, value]) => value));
}

/**
 * The values that a run's own records must not contain: as `secretsOf`, but only from the `.env` files at the
 * root and those that `copy` can bring into a worktree. A short value with a harmless name is an ordinary
 * word, and the repository's path is not a secret.
 */
export async function secretsForRecords(
  repo: Repository,
  copy: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const found = copy.some((pattern) => /[*?[]/.test(pattern))
    ? await envFileVariables(repo, repo.root)
    : await variablesIn(await rootEnvFiles(repo.root, copy));
  const secret = found.filter(([name, value]) =>
    SECRET_NAME.test(name) || value.length >= SHORTEST_PLAIN
  );
  const values = [...secretVariables(env), ...secret].map(([, value]) => value);
  return searched(values.filter((value) => !repo.root.includes(value)));
}

function secretVariables(env: Readonly<Record<string, string>>): Variable[] {
  return Object.entries(env).filter(([name]) => SECRET_NAME.test(name));
}

/** All forms in which a value may appear in a text. */
function searched(values: readonly string[]): string[] {
  const lines = values.flatMap((value) => value.split("\n"))
    .filter((line) => line.length >= SHORTEST_LINE);
  const secrets = [...values, ...lines].map((value) => value.trim());
  return [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
    .filter((secret) => secret.length >= SHORTEST_SECRET);
}

async function rootEnvFiles(root: string, copy: readonly string[]): Promise<string[]> {
  const names = new Set(copy.filter((name) => /(^|\/)\.env[^/]*$/.test(name)));
  for await (const { name } of Deno.readDir(root)) if (/^\.env(\.|$)/.test(name)) names.add(name);
  const paths = [...names].map((name) => join(root, name));
  const there = await Promise.all(paths.map(exists));
  return paths.filter((_, at) => there[at]);
}

async function envFileVariables(repo: Repository, folder: string): Promise<Variable[]> {
  const args = ["ls-files", "-z", "--others", "--", ":(glob)**/.env", ":(glob)**/.env.*"];
  const listed = await new Git(folder).git(args, {
    env: { GIT_INDEX_FILE: join(repo.commonDir, "parex-no-index") },
    timeoutMs: TIMEOUTS.secretFiles,
  });
  const paths = entries(listed).map((path) => join(folder, path));
  if (paths.length > MAX_FILES) return tooMuch(folder, `${paths.length} .env files`);
  return await variablesIn(paths);
}

async function variablesIn(paths: readonly string[]): Promise<Variable[]> {
  const variables: Variable[] = [];
  for (const path of paths) {
    const about = await io(path, () => Deno.lstat(path));
    if (about.isDirectory) continue;
    if (about.size > MAX_BYTES) return tooMuch(path, `${about.size} bytes`);
    const text = await io(path, () => Deno.readTextFile(path));
    for (const [name, value] of Object.entries(parseEnv(text))) {
      if (value !== undefined) variables.push([name, value]);
    }
  }
  return variables;
}

function tooMuch(path: string, found: string): never {
  throw new Failed({
    reason: "io_failed",
    path,
    detail: `too much to look for secrets in: ${found}`,
  });
}
