import { join } from "node:path";
import { parseEnv } from "node:util";
import { fail, ok, type Result } from "../domain/result.ts";
import { io } from "../git/files.ts";
import { entries, gitOk } from "../git/git.ts";
import type { Repository } from "../git/repository.ts";
import { SHORTEST_SECRET } from "./redact.ts";

/** Names of variables whose values are nobody's business. */
const SECRET_NAME =
  /TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|API_?KEY|(^|_)(KEY|PASS|AUTH|PAT|DSN)(_|$)/i;
/** Of several lines, such as a key: each by itself may stand in an output. */
const SHORTEST_LINE = 8;
const MAX_FILES = 200;
const MAX_BYTES = 1024 * 1024;
const LIST_TIMEOUT_MS = 20_000;

/**
 * The values that must not leave this machine: those of the `.env` files in the checkout and in these
 * worktrees, and those of environment variables whose names look secret. Fails where it cannot tell.
 */
export async function secretsOf(
  repo: Repository,
  worktrees: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Result<string[]>> {
  const values = Object.entries(env).filter(([name]) => SECRET_NAME.test(name))
    .map(([, value]) => value);
  for (const folder of [repo.root, ...worktrees]) {
    const found = await envFileValues(repo, folder);
    if (!found.ok) return found;
    values.push(...found.value);
  }
  const lines = values.flatMap((value) => value.split("\n"))
    .filter((line) => line.length >= SHORTEST_LINE);
  const secrets = [...values, ...lines].map((value) => value.trim());
  return ok(
    [...new Set(secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]))]
      .filter((secret) => secret.length >= SHORTEST_SECRET),
  );
}

async function envFileValues(repo: Repository, folder: string): Promise<Result<string[]>> {
  const args = ["ls-files", "-z", "--others", "--", ":(glob)**/.env", ":(glob)**/.env.*"];
  const listed = await gitOk(args, {
    cwd: folder,
    // Without an index every file counts as untracked, and a broken one stands in nobody's way.
    env: { GIT_INDEX_FILE: join(repo.commonDir, "parex-no-index") },
    timeoutMs: LIST_TIMEOUT_MS,
  });
  if (!listed.ok) return listed;
  const paths = entries(listed.value).map((path) => join(folder, path));
  if (paths.length > MAX_FILES) return tooMuch(folder, `${paths.length} .env files`);
  const values: string[] = [];
  for (const path of paths) {
    const about = await io(path, () => Deno.lstat(path));
    if (!about.ok) return about;
    if (about.value.isDirectory) continue;
    if (about.value.size > MAX_BYTES) return tooMuch(path, `${about.value.size} bytes`);
    const text = await io(path, () => Deno.readTextFile(path));
    if (!text.ok) return text;
    values.push(...Object.values(parseEnv(text.value)).filter((value) => value !== undefined));
  }
  return ok(values);
}

function tooMuch(path: string, found: string): Result<never> {
  return fail({ reason: "io_failed", path, detail: `too much to look for secrets in: ${found}` });
}
